"""nginx and PgBouncer, each in a folder of its own, for the proofs of what the docs promise of proxies and poolers.

Both are packages of Debian. `python -m tests.prove.proxies.programs` is what `make prove` runs first: it installs them
where that may be done.
"""

import asyncio
import contextlib
import os
import shutil
import ssl
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sandbox.servers import free_port
from tests.browser.chromium import HERE, apt, carried_out, in_ci, say
from tests.certificates import certificate
from tests.process import until

PACKAGES = {"nginx": "nginx-light", "pgbouncer": "pgbouncer"}
MEND = "install nginx and pgbouncer (Debian, Ubuntu: apt-get install nginx-light pgbouncer)"
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
POOL = """
[databases]
{database} = host={host} port={port} dbname={database} user={user} password='{password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 40
logfile = {folder}/pgbouncer.log
"""
PROXY = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{listens} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {certificate};
        location {prefix}/ {{ proxy_pass {behind}/; }}
    }}
}}
"""


def find(name):
    """The program's path, or None."""
    return shutil.which(name, path=PLACES)


def needed(name):
    """The program's path; without it the proof is skipped."""
    found = find(name)
    if found is None:
        pytest.skip(f"{name} is not there: {MEND}")
    return found


def main(here=HERE):
    """Ensure both and give the exit code: without one 0 on a laptop, where its proofs are skipped, and 1 in CI."""
    missing = [package for name, package in PACKAGES.items() if find(name) is None]
    if missing and here.root_on_debian:
        say("Installing nginx and PgBouncer for the proofs about proxies and poolers (once)")
        carried_out(apt(*missing), here)
    lacking = [name for name in PACKAGES if find(name) is None]
    if lacking:
        outcome = "CI=true, so this is a failure" if in_ci() else "the proofs about it will be skipped"
        say(f"{' and '.join(lacking)} not there: {outcome}; {MEND}.")
    return 1 if lacking and in_ci() else 0


@contextlib.asynccontextmanager
async def pooled(url, mode):
    """The URL of a PgBouncer in front of the database at `url`, in that mode of pooling."""
    program, parsed, listens = needed("pgbouncer"), make_url(url), free_port()
    host = parsed.host or parsed.query.get("host", "localhost")
    place = {
        "database": parsed.database,
        "host": host,
        "port": parsed.port or 5432,
        "user": parsed.username,
        "password": parsed.password or "none",
    }
    with tempfile.TemporaryDirectory(prefix="paylink-tests-pool-") as folder:
        config = Path(folder) / "pgbouncer.ini"
        config.write_text(POOL.format(**place, listens=listens, mode=mode, folder=folder))
        async with _running(program, *_as_somebody(host, folder), config, port=listens):
            yield f"postgresql://{parsed.username}:x@127.0.0.1:{listens}/{parsed.database}"


def _as_somebody(host, folder):
    """PgBouncer does not run as root: as the owner of PostgreSQL's socket, who may open it, or as nobody."""
    if os.geteuid() != 0:
        return ()
    socket = Path(host)
    name = socket.owner() if host.startswith("/") and socket.owner() != "root" else "nobody"
    for path in (Path(folder), *Path(folder).iterdir()):
        shutil.chown(path, name)
    return ("-u", name)


@contextlib.asynccontextmanager
async def proxied(behind, folder, prefix):
    """The https address of an nginx that passes on to `behind` without the prefix, and a context that trusts it."""
    program, listens = needed("nginx"), free_port()
    file, config = certificate(folder, "127.0.0.1"), folder / "nginx.conf"
    config.write_text(PROXY.format(folder=folder, listens=listens, certificate=file, prefix=prefix, behind=behind))
    async with _running(program, "-p", folder, "-c", config, port=listens):
        yield f"https://127.0.0.1:{listens}{prefix}", ssl.create_default_context(cafile=file)


@contextlib.asynccontextmanager
async def _running(*command, port):
    process = await asyncio.create_subprocess_exec(*map(str, command), stdin=asyncio.subprocess.DEVNULL)
    try:
        await until(lambda: _listens(process, port))
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _listens(process, port):
    assert process.returncode is None, "it ended; what it wrote says why"
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
