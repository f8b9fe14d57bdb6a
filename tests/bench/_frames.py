"""Script time of each frame, out of what Chromium's tracing tells."""

from __future__ import annotations

from typing import Any

SCRIPT = {
    "EvaluateScript",
    "EventDispatch",
    "FireAnimationFrame",
    "FireIdleCallback",
    "FunctionCall",
    "RunMicrotasks",
    "TimerFire",
    "V8.GCScavenger",
    "v8.compile",
}
FRAME = "FireAnimationFrame"
NEXT_FRAME = "Commit"  # the end of a frame on the page's own thread


def script_ms_per_frame(events: list[dict[str, Any]]) -> list[float]:
    """For each frame in which script ran for an animation, ms of script since the frame before it.

    Nested calls count once. Only the thread that fires most animation frames counts: the page's own.
    """
    complete = [event for event in events if event.get("ph") == "X" and event["name"] in SCRIPT]
    page = _busiest([event for event in complete if event["name"] == FRAME])
    told = complete + [event for event in events if event["name"] == NEXT_FRAME]
    frames: list[float] = []
    script_us, end, animated = 0.0, 0.0, False
    for event in sorted((event for event in told if _thread(event) == page), key=lambda event: event["ts"]):
        if event["name"] == NEXT_FRAME:
            if animated:
                frames.append(script_us / 1000)
                script_us, animated = 0.0, False
        elif event["ts"] >= end:
            script_us += event["dur"]
            end = event["ts"] + event["dur"]
        animated = animated or event["name"] == FRAME
    return frames


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _busiest(events: list[dict[str, Any]]) -> tuple[int, int]:
    threads = [_thread(event) for event in events]
    return max(set(threads), key=threads.count)
