"""A call of every primitive that the frames of parity tests allow, argument by argument."""
import re

CALLS = {
    ",": ["1", "2"],
    ":=": ["mixed", "3", "[0]", "[1:5]"],
    "GB": ["mixed", "[3]", "mean", "0", "'rm'"],
    "PermutationVarImp": ["tree_model", "answered", "'auto'", "-1", "1", "[]", "7"],
    "append": ["mixed", "1", "'new'"],
    "appendLevels": ["(cols mixed 'city')", "0", "['Zug']"],
    "apply": ["(cols mixed [0 1])", "2", "{x . (sumNA x)}"],
    "any": ["(cols mixed 'x')"], "all": ["(cols mixed 'x')"], "any.factor": ["mixed"], "any.na": ["mixed"],
    "as.Date": ["(cols mixed 'word')", "'%Y-%m-%d'"],
    "as.character": ["mixed"], "as.factor": ["(cols mixed 'n')"], "as.numeric": ["mixed"],
    "assign": ["kept", "mixed"],
    "cbind": ["mixed", "(cols mixed [0 1])"], "rbind": ["mixed", "mixed"],
    "colnames=": ["mixed", "[0]", "['other']"],
    "cols": ["mixed", "[0 1]"], "cols_py": ["mixed", "[0 1]"],
    "columnsByType": ["mixed", "'numeric'"],
    "cor": ["(cols mixed [0 1])", "(cols mixed [0 1])", "'complete.obs'", "'Pearson'"],
    "countmatches": ["(cols mixed 'word')", "['a']"],
    "cummax": ["(cols mixed 'p')", "0"], "cummin": ["(cols mixed 'p')", "0"], "cumprod": ["(cols mixed 'p')", "0"],
    "cumsum": ["(cols mixed 'p')", "0"],
    "cut": ["(cols mixed 'p')", "[0 1 2]", "[]", "0", "1", "3"],
    "ddply": ["mixed", "[4]", "{x . (nrow x)}"],
    "difflag1": ["(cols mixed 'x')"],
    "distance": ["(cols mixed 'p')", "(rows (cols mixed 'p') [0:3])", "'l2'"],
    "dropdup": ["mixed", "[4]", "first"],
    "entropy": ["(cols mixed 'word')"],
    "filterNACols": ["mixed", "0.5"],
    "flatten": ["mixed"],
    "getTimeZone": [],
    "getrow": ["one"],
    "grep": ["(cols mixed 'word')", "'a'", "0", "0", "1"],
    "grouped_permute": ["complete", "4", "[3]", "4", "0"],
    "h2o.fillna": ["(cols mixed [0 1])", "'forward'", "0", "2"],
    "h2o.impute": ["mixed", "0", "'mean'", "'interpolate'", "[]", "_", "_"],
    "h2o.mad": ["(cols mixed 'p')", "'interpolate'", "1.4826"],
    "h2o.random_stratified_split": ["(cols mixed 'size')", "0.3", "7"],
    "h2o.runif": ["mixed", "7"],
    "model.reset.threshold": ["tree_model", "0.5"], "segment_models_as_frame": ["tree_segments"],
    "hist": ["(cols mixed 'p')", "'sturges'"],
    "ifelse": ["(cols mixed 'n')", "1", "2"],
    "intDiv": ["mixed_numbers", "2"],
    "is.character": ["mixed"], "is.factor": ["mixed"], "is.na": ["mixed"], "is.numeric": ["mixed"],
    "isax": ["wide", "3", "4", "0"], "isax_index": ["'kept_index'", "(ifelse (is.na wide) 0 wide)", "3", "1"],
    "isax_neighbors": ["(ifelse (is.na wide) 0 wide)", "(ifelse (is.na wide) 0 wide)", "2", "1"],
    "isax_motifs": ["(ifelse (is.na wide) 0 wide)", "3"], "isax_discords": ["(ifelse (is.na wide) 0 wide)", "3"],
    "kfold_column": ["mixed", "3", "7"], "modulo_kfold_column": ["mixed", "3"],
    "stratified_kfold_column": ["(cols mixed 'size')", "3", "7"],
    "kurtosis": ["(cols mixed [0 1])", "1"], "skewness": ["(cols mixed [0 1])", "1"],
    "levels": ["mixed"], "nlevels": ["(cols mixed 'city')"],
    "listTimeZones": [], "ls": [],
    "lstrip": ["(cols mixed 'word')", "' '"], "rstrip": ["(cols mixed 'word')", "' '"],
    "match": ["(cols mixed 'city')", "['Bern']", "NaN", "1"],
    "max": ["mixed_numbers"], "maxNA": ["mixed_numbers"], "min": ["mixed_numbers"], "minNA": ["mixed_numbers"],
    "mean": ["mixed_numbers", "1", "0"], "median": ["mixed_numbers", "1"],
    "melt": ["mixed", "['city']", "['x' 'n']", "'variable'", "'value'", "0"],
    "merge": ["mixed", "(cols small [0 1])", "0", "0", "[3]", "[0]", "'auto'"],
    "mktime": ["2020", "1", "1", "0", "0", "0", "0"], "moment": ["2020", "1", "1", "0", "0", "0", "0"],
    "mode": ["(cols mixed 'city')"],
    "na.omit": ["mixed"], "naCnt": ["mixed"], "ncol": ["mixed"], "nrow": ["mixed"],
    "none": ["mixed"],
    "num_valid_substrings": ["(cols mixed 'word')", "'/nowhere'"],
    "perfectAUC": ["(/ (cols constant 'p') 2)", "(cols constant 'p')"],
    "pivot": ["small", "'city'", "'size'", "'p'"],
    "prod": ["mixed_numbers"], "prod.na": ["mixed_numbers"],
    "quantile": ["mixed_numbers", "[0.5]", "'interpolate'", "_"],
    "rank_within_groupby": ["mixed", "[4]", "[0]", "[1]", "'rank'", "0"],
    "rebalance": ["mixed", "3"],
    "relevel": ["(cols mixed 'city')", "'Cairo'"], "relevel.by.freq": ["mixed", "[]", "-1"],
    "rename": ["'small'", "'small'"],
    "rep_len": ["(cols mixed 'x')", "10"],
    "replaceall": ["(cols mixed 'word')", "'a'", "'b'", "0"],
    "replacefirst": ["(cols mixed 'word')", "'a'", "'b'", "0"],
    "rm": ["nowhere"],
    "round": ["mixed_numbers", "2"], "signif": ["mixed_numbers", "2"],
    "rows": ["mixed", "[0:3]"],
    "scale": ["mixed_numbers", "1", "1"], "scale_inplace": ["mixed_numbers", "1", "1"],
    "sd": ["mixed_numbers", "1"],
    "seq": ["1", "10", "2"], "seq_len": ["10"],
    "setDomain": ["(cols mixed 'size')", "0", "['l' 'm' 's']"], "setLevel": ["(cols mixed 'size')", "'small'"],
    "setTimeZone": ["'UTC'"], "setproperty": ["'some.name'", "'some value'"],
    "sort": ["mixed", "[0 1]", "[1 -1]"],
    "strDistance": ["(cols mixed 'word')", "(cols mixed 'city')", "'lv'", "1"],
    "strlen": ["(cols mixed 'word')"],
    "strsplit": ["(cols mixed 'word')", "' '"],
    "substring": ["(cols mixed 'word')", "1", "3"],
    "sum": ["mixed_numbers"], "sumNA": ["mixed_numbers"], "sumaxis": ["mixed_numbers", "1", "0"],
    "t": ["wide"], "x": ["wide_rows", "wide"],
    "table": ["(cols mixed 'city')", "(cols mixed 'size')", "1"],
    "tf-idf": ["mixed", "1", "5", "1", "1"],
    "tmp=": ["kept_for_now", "mixed"],
    "tokenize": ["(cols mixed 'word')", "' '"],
    "tolower": ["(cols mixed 'word')"], "toupper": ["(cols mixed 'word')"], "trim": ["(cols mixed 'word')"],
    "topn": ["mixed", "0", "10", "1"],
    "unique": ["(cols mixed 'city')", "0"],
    "var": ["(cols mixed [0 1])", "(cols mixed [0 1])", "'complete.obs'", "0"],
    "which": ["(cols mixed 'n')"], "which.max": ["mixed_numbers", "1", "0"], "which.min": ["mixed_numbers", "1", "0"],
}
for name in ("+ - * / ^ % %% %/% == != < <= > >= & | && ||").split():
    CALLS[name] = ["mixed_numbers", "2"]
for name in ("abs acos acosh asin asinh atan atanh ceiling cos cosh cospi digamma exp expm1 floor gamma lgamma log log10 log1p "
             "log2 not !! sign sin sinh sinpi sqrt tan tanh tanpi trigamma trunc").split():
    CALLS[name] = ["mixed_numbers"]
for name in "day dayOfWeek hour millis minute month second week year".split():
    CALLS[name] = ["(cols mixed 'when')"]

# A value of every kind; each must be taken or refused with words.
KINDS = ["7", "-1", "1e300", "NaN", "'text'", "[1 2 3]", "[5]", "[-1]", "[99]", "[]", "['a' 'b']", "['word']", "mixed", "empty", "wide", "(cols mixed 'word')",
         "(cols mixed 'city')", "(cols mixed 'when')", "{x . x}", "abs", "null"]


SHARED = re.compile(r"(?<!')\b(mixed|empty|one|constant|wide)\b(?!')")


def call(name, arguments):
    """The expression, on copies of the frames, as some primitives change theirs."""
    return "(" + " ".join([name, *(SHARED.sub(r"my_\1", argument) for argument in arguments)]) + ")"
