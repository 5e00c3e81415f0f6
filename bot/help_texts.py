"""What stands below each command's options in `--help`: examples first, then what to know."""

from __future__ import annotations

_EXIT_CODES = """\
exit codes:
  0    done
  1    it did not work; the last line says why
  2    wrong arguments or settings; every problem is listed
  130  interrupted
"""

MAIN = f"""\
examples:
  faceswap-bot demo --open       try it in a browser; needs no account
  faceswap-bot swap me.jpg --filter "Vintage Portrait" --who woman --out picture.png
                                 make a picture; needs no account
  faceswap-bot invite            print the link that invites the bot to a server
  faceswap-bot doctor            check the settings, Discord, the API and the database
  faceswap-bot run               run the bot
  faceswap-bot COMMAND --help    explain one command

Settings are environment variables, also read from a file named .env; .env.example explains each.
Without FACESWAP_API_URL and FACESWAP_API_KEY pictures come from the studio on this machine.

{_EXIT_CODES}"""

RUN = """\
examples:
  faceswap-bot run
  faceswap-bot run --env-file test.env
  LOG_LEVEL=DEBUG faceswap-bot run

Runs until SIGTERM or Ctrl-C, then finishes what it is sending, for up to 25 seconds, and stops; a
second signal leaves at once. Jobs under way go on after the next start.
"""

DEMO = """\
examples:
  faceswap-bot demo
  faceswap-bot demo --open --port 8080

The real bot and the studio on a simulated Discord: type /faceswap on the page, attach a photo, and
get a picture. Nothing leaves this machine. Ctrl-C ends it and deletes what was made, but for the
first picture.
"""

STUDIO = """\
examples:
  faceswap-bot studio
  STUDIO_API_KEYS=long-secret-key faceswap-bot studio --host 0.0.0.0 --port 8000 --workers 2

When it listens it prints "Studio ready: http://HOST:PORT". Another bot uses it with that address as
FACESWAP_API_URL and a key as FACESWAP_API_KEY.
"""

INVITE = """\
examples:
  faceswap-bot invite
  faceswap-bot invite 123456789012345678

The link stands on the first line, below it what each permission is for. Open it in a browser, where
you are logged in to Discord; to invite you need "Manage Server" there. If DISCORD_GUILD_ID is set,
that server is chosen already. Nothing is sent to anybody.
"""

DOCTOR = """\
examples:
  faceswap-bot doctor
  faceswap-bot doctor --env-file test.env
  faceswap-bot doctor --after-restore

Each line is ok, warn or FAIL; after the dash stands what to do. Nothing is changed, nothing is
charged. The exit code is 1 if any line says FAIL. It may run beside the bot.

With --after-restore, for a database that was put back from a copy, it first closes the jobs that
may have been sent and paid since the copy was made, so that none is sent a second time, and skips
job numbers that may have been given out. The bot must be stopped, and does not start before.
"""

SWAP = """\
examples:
  faceswap-bot swap me.jpg --filter "Vintage Portrait" --who woman --out picture.png
  faceswap-bot swap me.jpg --filter 35 --who man --ratio landscape --out picture.png

The studio writes PNG, whatever FILE is called. With the hosted API this costs the credits of one
picture.
"""

HEALTH = """\
examples:
  faceswap-bot health
  faceswap-bot health || systemctl restart faceswap-bot

For containers and monitors: reads the heartbeat that the running bot leaves in DATA_DIR. Exit code
0: alive and connected; 1: not, and the line says why.
"""

DATABASE = """\
examples:
  faceswap-bot db backup /backups/bot-monday.db
  faceswap-bot db check

All but upgrade may be used while the bot runs. `faceswap-bot db ACTION --help` explains one.
"""

UPGRADE = """\
example:
  faceswap-bot db upgrade

The bot does this at each start. A database that holds something is copied to backups/ first.
"""

CHECK = """\
example:
  faceswap-bot db check

Changes nothing. The exit code is 1 if something is wrong. The bot may be running.
"""

EVENT = """\
example:
  faceswap-bot event export 7 summer-party.zip

The bot may be running. `faceswap-bot event ACTION --help` explains one.
"""

EVENT_EXPORT = """\
examples:
  faceswap-bot event export 7 summer-party.zip
  faceswap-bot event export 7 everything.zip --waiting

The ZIP holds the approved pictures, index.html to look at them in any browser, and index.csv. An
event's number stands in the name of its folder, DATA_DIR/events/7. Organisers get the same with
/event export.
"""

JOBS = """\
examples:
  faceswap-bot jobs list --state unconfirmed --state failed --since 24h
  faceswap-bot jobs show 7
  faceswap-bot jobs retry 7

The bot may be running. What members sent or described is never shown.
`faceswap-bot jobs ACTION --help` explains one.
"""

JOBS_LIST = """\
examples:
  faceswap-bot jobs list
  faceswap-bot jobs list --state undeliverable --since 7d
  faceswap-bot jobs list --member 123456789012345678 --json

"erased" is a member who had their data deleted, "direct" a direct message.
"""

SHOW = """\
examples:
  faceswap-bot jobs show 7
  faceswap-bot jobs show 7 --json

The log says who moved the job and when. The ledgers say what it holds: quota is the member's, in
pictures; pot is the server's and credits are yours. Held: not known yet; spent; returned: given
back.
"""

RESOLVE = """\
examples:
  faceswap-bot jobs resolve 7 charged
  faceswap-bot jobs resolve 7 not-charged

A job is left open like this when the API's answer to its submission was lost: its credits stay held
until you have looked at the API's bill. The member was told and has the quota back. The bot may be
running. `faceswap-bot doctor` lists such jobs.
"""

RETRY = """\
example:
  faceswap-bot jobs retry 7

A picture that found no place is posted again, while it is kept: that costs nothing. A failed job is
sent to the API once more, while its photo is kept: that costs you its credits again, which the
command names, and its member nothing. A running bot takes it up by itself.
"""

REFUND = """\
example:
  faceswap-bot jobs refund 7

For a picture that came out wrong: it no longer counts against its member's quota. The credits stay
spent. A second time changes nothing. Noted in the job's log.
"""

BACKUP = """\
examples:
  faceswap-bot db backup
  faceswap-bot db backup /backups/bot-monday.db

The copy is whole and may be made while the bot runs. To go back to it, stop the bot and put the
file where DATABASE_URL points, delete the old files that end in -wal and -shm, and run
`faceswap-bot doctor --after-restore`.
"""

COMPLETION = """\
examples:
  source <(faceswap-bot completion bash)
  faceswap-bot completion bash > ~/.local/share/bash-completion/completions/faceswap-bot
  faceswap-bot completion zsh > ~/.zfunc/_faceswap-bot

The first is for this shell only, the others for every new one; ~/.zfunc must stand in zsh's fpath.
"""
