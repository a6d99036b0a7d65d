"""making.py -- a folder in which lookback is run, for whoever makes pages of real models."""
import subprocess
import sys


class Folder:
    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments):
        """lookback, in the folder."""
        done = subprocess.run([self.command, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"lookback {' '.join(map(str, arguments))[:200]}: {done.stderr.strip()}")
