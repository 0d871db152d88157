"""Runs of AutoML on the first 50,000 airlines, on a server."""
import data
from peers.server import Training

ROWS = 50_000
MODELS = 5
SECONDS = 60


class AutoMl(Training):
    limits = {"max_models": MODELS, "max_runtime_secs": 900}

    def load(self):
        super().load()
        self.train = self.train[0:ROWS, :]
        assert self.train.nrow == ROWS

    def run(self):
        from h2o.automl import H2OAutoML
        run = H2OAutoML(seed=1, **self.limits)
        run.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=self.train)
        return run

    def report(self, run):
        return {"server_seconds": self.job_seconds(run.key)}

    def quality(self, run):
        return super().quality(run.leader)

    def forget(self, run):
        self.h2o.remove(run.key)


class Limited(AutoMl):
    limits = {"max_runtime_secs": SECONDS}
