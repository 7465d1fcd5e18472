"""usage: supervisor-programs.py CONFIGURATION

Prints the programs of a configuration as supervisord itself reads them, as JSON.
"""

import json
import shlex
import sys

from supervisor.options import ServerOptions

options = ServerOptions()
options.realize(["--configuration", sys.argv[1]])
programs = [process for group in options.process_group_configs for process in group.process_configs]
print(
    json.dumps(
        {
            one.name: {
                "argv": shlex.split(one.command),
                "uid": one.uid,
                "directory": one.directory,
                "environment": one.environment,
                "priority": one.priority,
                "autostart": one.autostart,
                "autorestart": one.autorestart.__name__,
                "startsecs": one.startsecs,
                "startretries": one.startretries,
                "stopsignal": int(one.stopsignal),
                "stopwaitsecs": one.stopwaitsecs,
                "stopasgroup": one.stopasgroup,
                "killasgroup": one.killasgroup,
                "stdout_logfile": one.stdout_logfile,
                "redirect_stderr": one.redirect_stderr,
            }
            for one in programs
        }
    )
)
