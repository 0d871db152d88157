"""A compact session with the published client that makes answers of every kind: shapes_session.py URL FOLDER."""
import sys
import warnings
from pathlib import Path

import h2o
from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator
from h2o.tree import H2OTree

ROWS = 120


def write_people(path):
    """A table with a column of each type, missing values, a class and a number to predict."""
    lines = ["id,age,psa,race,when,note,capsule,gleason"]
    for i in range(ROWS):
        age, psa = 45 + i * 7 % 35, "" if i % 17 == 0 else "%.2f" % (i * 13 % 50 / 7)
        race, capsule = ("white", "black", "other")[i * 5 % 3], ("no", "yes")[(age + i * 11 % 23) % 40 > 22]
        lines.append('%d,%d,%s,%s,2021-0%d-12,"n %d, x",%s,%.3f'
                     % (i, age, psa, race, 1 + i % 9, i, capsule, age / 9 + i * 3 % 7))
    path.write_text("\n".join(lines) + "\n")


def refused(call):
    """Makes a call that the server refuses."""
    try:
        call()
    except (h2o.exceptions.H2OResponseError, h2o.exceptions.H2OServerError):
        return
    raise AssertionError("not refused")


def look_at_the_server():
    h2o.cluster().show_status(True)
    h2o.cluster().list_jobs()
    h2o.cluster().list_all_extensions()
    h2o.log_and_echo("shapes")
    for path in ("About", "Ping", "Metadata/endpoints", "Metadata/schemas/FrameV3", "Logs/nodes/-1/files/info",
                 "ModelBuilders/gbm", "InitID", "JStack", "WaterMeterCpuTicks/0", "NetworkTest", "Timeline",
                 "Neve/Cluster", "WaterMeterIo", "WaterMeterIo/0", "Profiler", "SteamMetrics", "KillMinus3"):
        h2o.api("GET /3/" + path)
    h2o.api("POST /3/GarbageCollect")
    h2o.api("POST /3/UnlockKeys")
    h2o.api("GET /4/endpoints")
    h2o.api("POST /3/NodePersistentStorage/shapes/one", data={"value": "text"})
    for path in ("configured", "categories/shapes/names/one/exists", "shapes/one", "shapes"):
        h2o.api("GET /3/NodePersistentStorage/" + path)
    h2o.api("DELETE /3/NodePersistentStorage/shapes/one")


def bring_in(folder):
    write_people(folder / "people.csv")
    frame = h2o.import_file(str(folder / "people.csv"), destination_frame="people",
                            col_types={"note": "string", "race": "enum", "capsule": "enum"})
    h2o.api("GET /3/Typeahead/files", data={"src": str(folder), "limit": 3})
    h2o.upload_file(str(folder / "people.csv"), destination_frame="people_up")
    h2o.H2OFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    h2o.export_file(frame, str(folder / "out.csv"))
    refused(lambda: h2o.export_file(frame, str(folder / "out.csv")))
    return frame


def munge(frame):
    print(frame)
    frame.summary()
    h2o.H2OFrame.get_frame("people", light=True)
    for path in ("columns", "columns/age/summary", "columns/race/domain"):
        h2o.api("GET /3/Frames/people/" + path)
    frame["age"].mean(), frame["age"].sum(), frame["race"].levels(), frame["race"].table()
    frame.group_by("race").mean("age").count().get_frame()
    frame.sort("age").head(2)
    frame.as_data_frame(use_pandas=False)
    h2o.ls()
    h2o.frames()


def make_frames(frame, folder):
    h2o.interaction(frame, ["race", "capsule"], pairwise=False, max_factors=5, min_occurrence=1)
    split = h2o.api("POST /3/SplitFrame", data={"dataset": "people", "ratios": "[0.5]"})
    h2o.job.H2OJob(h2o.api("GET /3/Jobs/" + split["key"]["name"])["jobs"][0], "split").poll()
    h2o.api("POST /99/Tabulate", data={"dataset": "people", "predictor": "race", "response": "age"})
    h2o.api("GET /3/Find", data={"key": "people", "column": "race", "row": 3, "match": "white"})
    h2o.api("GET /3/FrameChunks/people")
    waves = h2o.H2OFrame({"a": [1.0, 2.0], "b": [3.0, 5.5]}, destination_frame="waves")
    wave = {"dataset": waves.frame_id, "destination_frame": "spectrum", "dimensions": "[2,1,1]"}
    h2o.job.H2OJob(h2o.api("POST /99/DCTTransformer", data=wave), "transform").poll()
    simple = h2o.api("POST /4/Frames/$simple", data={"dest": "simple", "ncols_real": 2, "seed": 1})
    while simple["status"] == "RUNNING":
        simple = h2o.api("GET /4/jobs/" + simple["job_id"])
    frame.save(str(folder))
    h2o.load_frame("people", str(folder))
    step = "half__H2OColOp__(/ (cols_py dummy 'age') 2)__False__half"
    h2o.api("POST /99/Assembly", data={"steps": '["%s"]' % step, "frame": "people"})


def search_series():
    h2o.H2OFrame({"a": [1.0, 2, 3, 9], "b": [3.0, 5.5, 1, 2], "c": [0.5, 3, 8, 1]}, destination_frame="curves")
    h2o.job.H2OJob(h2o.api("POST /99/SeriesIndexes", data={"frame": "curves", "index_id": "by_curve"}), "index").poll()
    for search in ("neighbors?queries=curves", "motifs?k=2", "discords?k=2"):
        h2o.job.H2OJob(h2o.api("POST /99/SeriesIndexes/by_curve/" + search), "search").poll()
    h2o.api("GET /99/SeriesIndexes/by_curve")
    h2o.api("GET /99/SeriesIndexes")
    h2o.api("DELETE /99/SeriesIndexes/by_curve")


def train(frame):
    training, validation = frame.split_frame([0.7], seed=3, destination_frames=["training", "validation"])
    both = dict(x=["age", "psa", "race"], training_frame=training, validation_frame=validation)
    glm = H2OGeneralizedLinearEstimator(family="binomial", lambda_=0, compute_p_values=True, model_id="glm_classes")
    glm.train(y="capsule", **both)
    H2OGeneralizedLinearEstimator(family="gaussian", model_id="glm_numbers").train(y="gleason", **both)
    trees = dict(ntrees=3, max_depth=3, min_rows=2, seed=1)
    gbm = H2OGradientBoostingEstimator(model_id="gbm_classes", **trees)
    gbm.train(y="capsule", **both)
    H2OGradientBoostingEstimator(model_id="gbm_numbers", **trees).train(y="gleason", **both)
    both["x"].remove("race")
    H2OGradientBoostingEstimator(model_id="gbm_three", **trees).train(y="race", **both)
    predicted = gbm.predict(validation)
    gbm.model_performance(validation)
    h2o.api("POST /3/Predictions/models/gbm_classes/frames/validation", data={"leaf_node_assignment": True,
                                                                              "predictions_frame": "leaves"})
    H2OTree(gbm, 0)
    gbm.partial_plot(validation, cols=["age", "race"], col_pairs_2dpdp=[["age", "race"]], plot=False,
                     user_splits={"age": [60, 70]})
    h2o.make_leaderboard([glm, gbm], validation, extra_columns="ALL").nrow
    H2OGradientBoostingEstimator(**trees).train_segments(segments=["race"], x=["age", "psa"], y="gleason",
                                                         training_frame=training, validation_frame=validation, segment_models_id="by_race")
    h2o.make_metrics(predicted["yes"], validation["capsule"], domain=["no", "yes"])
    h2o.api("GET /3/Models")
    h2o.api("GET /3/ModelMetrics")


def ask_for_too_much(frame):
    refused(lambda: h2o.import_file("/no/such/file.csv"))
    assert h2o.get_frame("no_such_frame") is None
    refused(lambda: h2o.get_model("no_such_model"))
    refused(lambda: h2o.rapids("(nosuchfn 1 2)"))
    refused(lambda: h2o.api("GET /3/NoSuchThing"))
    refused(lambda: h2o.api("GET /3/Frames/people", data={"row_count": "abc"}))
    refused(lambda: h2o.api("GET /3/Jobs/nojob"))
    for algorithm in ("gbm", "glm"):
        wrong = {"training_frame": "people", "response_column": "nocol", "max_runtime_secs": -1}
        h2o.api("POST /3/ModelBuilders/%s/parameters" % algorithm, data=wrong)
        refused(lambda: h2o.api("POST /3/ModelBuilders/" + algorithm, data=wrong))
    h2o.remove(frame)
    h2o.api("DELETE /3/DKV/people_up")
    h2o.remove_all()


def main():
    warnings.simplefilter("ignore")
    h2o.no_progress()
    h2o.connect(url=sys.argv[1], verbose=False)
    look_at_the_server()
    frame = bring_in(Path(sys.argv[2]))
    munge(frame)
    make_frames(frame, Path(sys.argv[2]))
    search_series()
    train(frame)
    ask_for_too_much(frame)
    h2o.connection().close()


if __name__ == "__main__":
    main()
