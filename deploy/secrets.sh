#!/bin/sh
# Make the secrets that docker-compose.yml hands over as files. Run once, on the server; what is
# there already stays as it is.
set -eu
cd "$(dirname "$0")/.."

mkdir -p secrets
# Nobody but you passes through the folder. The files can be read by all, since each is mounted by
# itself into containers, where other users read it.
chmod 700 secrets
umask 022

chance() {
    LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 64
}

keep() {
    if [ ! -e "secrets/$1" ]; then
        printf '%s\n' "$2" >"secrets/$1"
        echo "Made secrets/$1."
    fi
}

if [ ! -e secrets/email_url ]; then
    if [ -t 0 ]; then
        echo "Your mail server, as smtp+tls://user:password@mail.example:587; empty for no mails:"
    fi
    read -r email_url || true
    keep email_url "${email_url:-dummymail://}"
fi

keep metrics_token "$(chance)"
keep secret_key "$(chance)"
keep secret_key_fallbacks "" # the key of before, while what it signed has to hold
keep postgres_password "$(chance)"
keep database_url "postgres://spits:$(cat secrets/postgres_password)@postgres:5432/spits"
keep valkey_conf "requirepass $(chance)"
keep redis_url "redis://:$(cut -d ' ' -f 2 secrets/valkey_conf)@valkey:6379/0"
