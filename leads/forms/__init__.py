"""What people type about leads; a business rule is asked of the policy, never written here."""
