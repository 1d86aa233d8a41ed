# A PostgreSQL server for a test: start_postgres FOLDER runs one on loopback, with a
# password, and sets $postgres_url; stop_postgres ends it.  Sourced by the tests here.
#
# The server refuses to be root, so root becomes the user that Debian made for it.

postgres_programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
postgres_folder=

as_server() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        "$@"
    fi
}

# A port that nobody listens on; another program may take it first, hence the tries.
start_postgres() {
    local port try
    postgres_folder=$1/postgres
    mkdir -p "$postgres_folder"
    chmod 755 "$1"
    echo se-cret >"$postgres_folder/password"
    [ "$(id -u)" != 0 ] || chown -R postgres "$postgres_folder"
    as_server "$postgres_programs/initdb" -D "$postgres_folder/data" -U cprof -A scram-sha-256 \
        --pwfile="$postgres_folder/password" -E UTF8 --locale=C --no-sync >"$1/initdb.log" 2>&1 || {
        cat "$1/initdb.log"
        return 1
    }
    for try in 1 2 3 4 5; do
        port=$((20000 + (RANDOM * 32768 + RANDOM + try) % 20000))
        as_server "$postgres_programs/pg_ctl" -D "$postgres_folder/data" -w -s \
            -l "$postgres_folder/server.log" -o "-p $port -h 127.0.0.1 -k $postgres_folder -F" start \
            >/dev/null 2>&1 && break
        port=
    done
    [ -n "$port" ] || { cat "$postgres_folder/server.log" && return 1; }
    postgres_url=postgresql://cprof:se-cret@127.0.0.1:$port/postgres
}

stop_postgres() {
    [ -z "$postgres_folder" ] ||
        as_server "$postgres_programs/pg_ctl" -D "$postgres_folder/data" -m immediate -s stop
    postgres_folder=
}
