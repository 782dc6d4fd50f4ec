"""A real MLflow server beside ours, where one is installed, and writing to it.

server.py: start and stop one. writing.py: experiments, runs and models over its
REST interface. sample.py: some of the sample's runs in it.
"""

from demo.mlflow.server import Line, Server, installed, wished
from demo.mlflow.writing import Writer

__all__ = ["Line", "Server", "Writer", "installed", "wished"]
