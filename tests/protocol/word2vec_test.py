"""Word vectors and TF-IDF with the published client, as its documentation uses them."""
import math
import random
import warnings
from collections import Counter
from pathlib import Path

import pytest
from h2o.estimators import H2OWord2vecEstimator
from h2o.exceptions import H2OResponseError, H2OServerError
from h2o.information_retrieval.tf_idf import tf_idf

TOPICS = [["cat", "dog", "horse", "cow", "sheep"], ["red", "green", "blue", "white", "black"],
          ["one", "two", "three", "four", "five"]]


def sentences(count=2000):
    r = random.Random(4)
    return [" ".join(r.choices(r.choice(TOPICS), k=8)) for _ in range(count)]


@pytest.fixture(scope="module")
def words(client):
    frame = client.H2OFrame([[s] for s in sentences()], column_names=["text"], column_types=["string"])
    made = frame.tokenize(" ")
    assert made.nrow == 9 * 2000
    yield made
    client.remove(made)


@pytest.fixture(scope="module", params=["SkipGram", "CBOW"])
def model(client, words, request):
    made = H2OWord2vecEstimator(vec_size=16, epochs=10, sent_sample_rate=0.0, init_learning_rate=0.05,
                                word_model=request.param)
    made.train(training_frame=words)
    yield made
    client.remove(made.model_id)


def test_words_of_one_topic_are_synonyms(model):
    for topic in TOPICS:
        found = model.find_synonyms(topic[0], count=4)
        assert set(found) == set(topic[1:])
        scores = list(found.values())
        assert scores == sorted(scores, reverse=True) and scores[0] <= 1
    assert not model.find_synonyms("unheard", count=4)
    assert len(model.find_synonyms("cat", count=100)) == 14


def vectors_of(model):
    table = model.to_frame().as_data_frame(use_pandas=True)
    return {row[0]: list(row[1:]) for row in table.itertuples(index=False)}


def test_vectors_are_words_and_numbers(model):
    frame = model.to_frame()
    assert frame.names == ["Word"] + [f"V{i}" for i in range(1, 17)]
    assert frame.nrow == 15
    vectors = vectors_of(model)
    assert set(vectors) == {word for topic in TOPICS for word in topic}
    cat = vectors["cat"]

    def cosine(word):
        other = vectors[word]
        return math.fsum(a * b for a, b in zip(cat, other)) / math.sqrt(
            math.fsum(a * a for a in cat) * math.fsum(b * b for b in other))
    for word, score in model.find_synonyms("cat", count=14).items():
        assert score == pytest.approx(cosine(word), abs=1e-9)


def test_each_word_is_transformed(client, model):
    frame = client.H2OFrame([["cat"], ["unheard"], ["blue"]], column_names=["w"], column_types=["string"])
    made = model.transform(frame, aggregate_method="NONE")
    assert made.dim == [3, 16] and made.names[:2] == ["C1", "C2"]
    rows = made.as_data_frame(use_pandas=True).values.tolist()
    vectors = vectors_of(model)
    assert rows[0] == pytest.approx(vectors["cat"]) and rows[2] == pytest.approx(vectors["blue"])
    assert all(math.isnan(v) for v in rows[1])


def test_sentences_are_averaged(client, model):
    frame = client.H2OFrame([["cat dog unheard"], ["unheard"], ["blue"]], column_names=["t"], column_types=["string"])
    made = model.transform(frame.tokenize(" "), aggregate_method="AVERAGE")
    assert made.dim == [3, 16]
    rows = made.as_data_frame(use_pandas=True).values.tolist()
    vectors = vectors_of(model)
    assert rows[0] == pytest.approx([(a + b) / 2 for a, b in zip(vectors["cat"], vectors["dog"])])
    assert all(math.isnan(v) for v in rows[1])
    assert rows[2] == pytest.approx(vectors["blue"])


def test_output_is_that_of_word_vectors(client, model, words):
    shown = client.api(f"GET /3/Models/{model.model_id}")["models"][0]
    output = shown["output"]
    assert (shown["algo"], shown["algo_full_name"]) == ("word2vec", "Word2Vec")
    assert output["model_category"] == "WordEmbedding" and output["epochs"] == 10
    assert len(output["names"]) == 1 and output["column_types"] == ["String"]
    for member in ("training_metrics", "validation_metrics", "scoring_history", "model_summary"):
        assert output[member] is None
    again = client.get_model(model.model_id)
    assert again.find_synonyms("one", 3) == model.find_synonyms("one", 3)


def test_a_model_from_a_frame(client, model):
    frame = model.to_frame()
    given = H2OWord2vecEstimator(pre_trained=frame)
    given.train()
    assert given.to_frame().as_data_frame(use_pandas=True).equals(frame.as_data_frame(use_pandas=True))
    assert given.find_synonyms("dog", 3) == model.find_synonyms("dog", 3)
    assert client.get_model(given.model_id).actual_params["vec_size"] == 16


def test_a_saved_model_comes_back_as_it_was(client, model, server):
    path = client.save_model(model, path=str(Path(server.folder.name) / "word2vec"), force=True)
    before = model.find_synonyms("cat", 4)
    assert client.load_model(path).find_synonyms("cat", 4) == before


@pytest.mark.parametrize("parameters, said", [
    ({"vec_size": 0}, "vec_size"), ({"window_size": 0}, "window_size"), ({"epochs": 0}, "epochs"),
    ({"sent_sample_rate": -1.0}, "sent_sample_rate"), ({"init_learning_rate": -1.0}, "init_learning_rate"),
])
def test_bad_parameters_are_named(words, parameters, said):
    with pytest.raises((H2OResponseError, H2OServerError), match=said):
        H2OWord2vecEstimator(**parameters).train(training_frame=words)


def test_bad_frames_are_refused(client, words):
    numbers = client.H2OFrame([[1], [2]])
    with pytest.raises(H2OResponseError, match="column of Strings"):
        H2OWord2vecEstimator().train(training_frame=numbers)
    with pytest.raises(OSError, match="min_word_freq"):
        H2OWord2vecEstimator(min_word_freq=10**6).train(training_frame=words)
    with pytest.raises(H2OResponseError, match="has to be numeric"):
        H2OWord2vecEstimator(pre_trained=words.cbind(words.asfactor())).train()


def test_what_models_of_words_do_not_answer(client, model, words):
    for question in (lambda: model.predict(words), lambda: model.model_performance(words),
                     lambda: model.find_synonyms("cat", count=0),
                     lambda: model.transform(client.H2OFrame([[1], [2]]), "NONE"),
                     lambda: model.transform(words.cbind(words), "NONE")):
        with warnings.catch_warnings(), pytest.raises((H2OResponseError, H2OServerError, OSError)):
            warnings.simplefilter("ignore")
            question()


@pytest.mark.parametrize("preprocess", [True, False])
@pytest.mark.parametrize("case_sensitive", [True, False])
def test_tf_idf_is_that_of_its_formula(client, preprocess, case_sensitive):
    texts = {0: "A B C b", 1: "A a a Z", 7: "C c B C", 9: "a"}
    rows = [[k, t] for k, t in texts.items()] if preprocess else [[k, w] for k, t in texts.items() for w in t.split()]
    frame = client.H2OFrame(rows, column_names=["id", "text"], column_types=["numeric", "string"])
    made = tf_idf(frame, "id", "text", preprocess=preprocess, case_sensitive=case_sensitive)
    counts = {k: Counter(w if case_sensitive else w.lower() for w in t.split()) for k, t in texts.items()}
    with_word = Counter(w for c in counts.values() for w in c)
    wanted = {}
    for k, c in counts.items():
        for w, n in c.items():
            idf = math.log((len(texts) + 1) / (with_word[w] + 1))
            wanted[k, w] = (n, idf, n * idf)
    table = made.as_data_frame(use_pandas=True)
    assert made.names == ["DocID", "Word", "TF", "IDF", "TF-IDF"]
    found = {(row[0], row[1]): tuple(row[2:]) for row in table.itertuples(index=False)}
    assert len(table) == len(wanted) and found.keys() == wanted.keys()
    for key, figures in wanted.items():
        assert found[key] == pytest.approx(figures)
