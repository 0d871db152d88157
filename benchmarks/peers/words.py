"""Words of a text: cut apart, and their vectors learnt by skip-gram (word2vec) or from means (word2vec-cbow)."""
import polars

from peers.server import ServerTask
from peers.task import THREADS, Task

LENGTH, WINDOW, EPOCHS, LEAST, SAMPLE = 100, 5, 1, 5, 1e-3
JUDGED_SENTENCES = 2000


class Text(Task):
    data_name = "text"

    @property
    def is_skip_gram(self):
        return not self.task.endswith("-cbow")

    def part(self, name):
        return str(self.folder / f"{name}.txt")


class Server(Text, ServerTask):
    def lines(self):
        return self.h2o.import_file(self.part("train"), sep="\t", header=-1, col_names=["text"], col_types=["string"])


class Vectors(Server):
    """Cutting the text into words is not timed: it has a row of its own."""

    def load(self):
        lines = self.lines()
        self.words = lines.tokenize(" ")
        assert self.words.nrow > 0  # now they are made
        self.h2o.remove(lines)

    def run(self):
        from h2o.estimators import H2OWord2vecEstimator
        model = H2OWord2vecEstimator(vec_size=LENGTH, window_size=WINDOW, epochs=EPOCHS, min_word_freq=LEAST,
                                     sent_sample_rate=SAMPLE, word_model="SkipGram" if self.is_skip_gram else "CBOW")
        model.train(training_frame=self.words)
        return model

    def report(self, model):
        return {"server_seconds": self.job_seconds(model.model_id)}

    def quality(self, model):
        table = model.to_frame().as_data_frame(use_pandas=True)
        return {"held-out loss": held_out_loss(self, table.iloc[:, 0].tolist(), table.iloc[:, 1:].to_numpy("float32"))}

    def forget(self, model):
        self.h2o.remove(model.model_id)


class Gensim(Text):
    def versions(self):
        import gensim
        return {"gensim": gensim.__version__}

    def run(self):
        return gensim_model(self, corpus_file=self.part("train"), epochs=EPOCHS, workers=THREADS)

    def quality(self, model):
        return {"held-out loss": held_out_loss(self, model.wv.index_to_key, model.wv.vectors)}


class Cut(Server):
    def load(self):
        self.text = self.lines()

    def run(self):
        words = self.text.tokenize(" ")
        assert words.nrow > 0
        return words

    def report(self, words):
        shape = self.server.get(f"/3/Frames/{words.frame_id}?row_count=1")["frames"][0]
        return {"held_bytes": shape["byte_size"], "rows": shape["rows"]}

    def forget(self, words):
        self.h2o.remove(words)


class PolarsCut(Text):
    """A word in each row, and a missing one behind each sentence."""

    def versions(self):
        return {"polars": polars.__version__}

    def load(self):
        self.text = polars.read_csv(self.part("train"), has_header=False, new_columns=["text"], separator="\t")

    def run(self):
        ended = polars.concat_list(polars.col("text").str.split(" "), polars.lit(None, polars.String))
        return self.text.select(ended).explode("text")

    def report(self, words):
        return {"held_bytes": words.estimated_size(), "rows": words.height}


def gensim_model(task, **more):
    from gensim.models import Word2Vec
    return Word2Vec(vector_size=LENGTH, window=WINDOW, min_count=LEAST, sg=int(task.is_skip_gram), hs=1, negative=0,
                    sample=SAMPLE, seed=1, **more)


def held_out_loss(task, words, vectors):
    """Of a word beside one other, or amidst those around it: minus the logarithm of its probability.

    The vectors stay as they are. Those of the tree that makes probabilities of them, which the servers do not show,
    gensim learns anew from the training text, for all alike.
    """
    import numpy as np
    judge = gensim_model(task, workers=1)
    judge.build_vocab(corpus_file=task.part("train"))
    places = [judge.wv.key_to_index[word] for word in words]
    judge.wv.vectors[places] = vectors
    judge.wv.vectors_lockf = np.zeros(1, "float32")
    judge.train(corpus_file=task.part("train"), total_examples=judge.corpus_count, total_words=judge.corpus_total_words,
                epochs=1)
    hidden, targets = held_out_pairs(task, judge.wv)
    nodes, signs = turns(judge.wv)
    loss = 0.0
    for begin in range(0, len(targets), 4096):
        some = targets[begin:begin + 4096]
        scores = np.einsum("id,ind->in", hidden[begin:begin + 4096], judge.syn1[nodes[some]])
        loss += (np.logaddexp(0, -signs[some] * scores) * (signs[some] != 0)).sum()
    return float(loss / len(targets))


def turns(vectors):
    """The way to each word: nodes of the tree, and 1 or -1 for each turn; 0 behind the last one."""
    import numpy as np
    ways = [(vectors.get_vecattr(word, "point"), vectors.get_vecattr(word, "code")) for word in vectors.index_to_key]
    nodes = np.zeros((len(ways), max(len(code) for _, code in ways)), int)
    signs = np.zeros(nodes.shape, "float32")
    for row, (point, code) in enumerate(ways):
        nodes[row, :len(code)] = point
        signs[row, :len(code)] = 1 - 2.0 * np.asarray(code)
    return nodes, signs


def held_out_pairs(task, vectors):
    """The vectors that predict, and the words to be predicted."""
    import numpy as np
    with open(task.part("test"), encoding="ascii") as file:
        lines = [next(file).split() for _ in range(JUDGED_SENTENCES)]
    inputs, targets = [], []
    for line in lines:
        known = [vectors.key_to_index[word] for word in line if word in vectors.key_to_index]
        for i, target in enumerate(known):
            around = known[max(0, i - WINDOW):i] + known[i + 1:i + 1 + WINDOW]
            if task.is_skip_gram:
                inputs += [[word] for word in around]
                targets += [target] * len(around)
            elif around:
                inputs.append(around)
                targets.append(target)
    return np.array([vectors.vectors[around].mean(0) for around in inputs]), np.array(targets)
