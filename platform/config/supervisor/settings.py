"""What `make run` was asked for."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.environment import ROOT, broker_socket
from config.supervisor.console import StartError

THREAD_PINS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings:
    """One running Fovea: where it listens and where it keeps its data."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    samples: Path | None = None  # None: the synthetic sample patients
    no_samples: bool = False
    redis_url: str | None = None  # None: the embedded Valkey

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise StartError(f"PORT must be a number from 1 to 65535, got {self.port}.")
        if self.samples is not None and not self.samples.is_dir():
            raise StartError(f"SAMPLES names no folder: {self.samples}")

    @property
    def url(self) -> str:
        """The address that a person opens; a wildcard address is reached as localhost."""
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '') else self.host}:{self.port}/"  # noqa: S104

    @property
    def logs(self) -> Path:
        """The folder with one log for each part."""
        return self.data_dir / "logs"

    @property
    def broker_socket(self) -> Path:
        """The embedded Valkey's unix socket."""
        return broker_socket(self.data_dir)

    def child_environment(self) -> dict[str, str]:
        """The environment of every part: all of them read the same data folder and broker."""
        return {
            **THREAD_PINS,
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or "config.settings.base",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "PYTHONUNBUFFERED": "1",
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "REDIS_URL": self.redis_url or f"unix://{self.broker_socket}",
            "FOVEA_DEMO": os.environ.get("FOVEA_DEMO") or "1",
        }


def from_environment(environment: Mapping[str, str]) -> StackSettings:
    """Read PORT, HOST, DATA_DIR, SAMPLES and REDIS_URL; raises StartError for a value that can't be used."""
    port = environment.get("PORT") or "8000"
    if not port.isdecimal():
        raise StartError(f"PORT must be a number from 1 to 65535, got {port!r}.")
    samples = environment.get("SAMPLES")
    return StackSettings(
        data_dir=Path(environment.get("DATA_DIR") or ROOT / "var").expanduser().resolve(),
        host=environment.get("HOST") or "127.0.0.1",
        port=int(port),
        samples=Path(samples).expanduser().resolve() if samples and samples != "none" else None,
        no_samples=samples == "none",
        redis_url=environment.get("REDIS_URL") or None,
    )
