from leads.models.assignment import AssignedCampaign, QueueChange, WorkAssignment
from leads.models.campaign import SCRIPT_WORDS, Campaign, ScriptField
from leads.models.contact import (
    RESULTS_THAT_ASK_A_NEXT_STEP,
    Attempt,
    Call,
    CallBack,
    Conversation,
    ConversationChannel,
    DayPart,
    Ground,
    Result,
)
from leads.models.customer import (
    LEGAL_PERSONS,
    Consent,
    ConsentPurpose,
    Customer,
    CustomerEmail,
    CustomerKind,
    CustomerPhone,
    CustomerVehicle,
    LegalForm,
)
from leads.models.hold import Hold, Release
from leads.models.lead import Lead, LeadQuerySet
from leads.models.lead_codes import (
    NOT_CLOSED,
    QUEUE_ORDER,
    Channel,
    Interest,
    Kind,
    Queue,
    Status,
)
from leads.models.merge import CustomerMerge
from leads.models.objection import Objection
from leads.models.outcome import (
    MAP_KINDS,
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    Quote,
    Sale,
)
from leads.models.raw_input import RawInput, Reject
from leads.models.reason import FIXED_REASONS, SECOND_PAIR_OF_EYES, CloseReason, Track
from leads.models.round import Destination, Norm, OwnOrOther, Proposal, Round
from leads.models.single import lead_for_answer, lead_for_page, lead_seen_by, other_leads_of
from leads.models.step import Step
from leads.models.task import Task
from leads.models.timeline import Event, Note
from leads.models.turn import Offer, Turn, UpLineDrop, UpLineOverride

__all__ = [
    "FIXED_REASONS",
    "LEGAL_PERSONS",
    "MAP_KINDS",
    "NOT_CLOSED",
    "QUEUE_ORDER",
    "RESULTS_THAT_ASK_A_NEXT_STEP",
    "SCRIPT_WORDS",
    "SECOND_PAIR_OF_EYES",
    "Appointment",
    "AppointmentKind",
    "AppointmentOutcome",
    "AssignedCampaign",
    "Attempt",
    "Call",
    "CallBack",
    "Campaign",
    "Channel",
    "CloseReason",
    "Consent",
    "ConsentPurpose",
    "Conversation",
    "ConversationChannel",
    "Customer",
    "CustomerEmail",
    "CustomerKind",
    "CustomerMerge",
    "CustomerPhone",
    "CustomerVehicle",
    "DayPart",
    "Destination",
    "Event",
    "Ground",
    "Hold",
    "Interest",
    "Kind",
    "Lead",
    "LeadQuerySet",
    "LegalForm",
    "Norm",
    "Note",
    "Objection",
    "Offer",
    "OwnOrOther",
    "Proposal",
    "Queue",
    "QueueChange",
    "Quote",
    "RawInput",
    "Reject",
    "Release",
    "Result",
    "Round",
    "Sale",
    "ScriptField",
    "Status",
    "Step",
    "Task",
    "Track",
    "Turn",
    "UpLineDrop",
    "UpLineOverride",
    "WorkAssignment",
    "lead_for_answer",
    "lead_for_page",
    "lead_seen_by",
    "other_leads_of",
]
