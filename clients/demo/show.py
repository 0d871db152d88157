"""What the demo prints: headings, timed steps, models."""
import contextlib
import time


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


@contextlib.contextmanager
def step(text):
    """Prints a line with the time that the block took."""
    print(f"  {text:<52}", end="", flush=True)
    started = time.perf_counter()
    try:
        yield
    except BaseException:
        print("  failed", flush=True)
        raise
    print(f"{time.perf_counter() - started:8.2f} s", flush=True)


def model(name, trained, top=5):
    """AUC on the rows trained on and on the others, and the variables that matter most."""
    print(f"  {name}: AUC {trained.auc():.4f} in training, {trained.auc(valid=True):.4f} in validation")
    for variable, _, scaled, percentage in trained.varimp(use_pandas=False)[:top]:
        bar = "#" * max(1, round(24 * scaled))
        print(f"    {variable:<24.24} {100 * percentage:5.1f} %  {bar}")
