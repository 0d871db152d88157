# Makes expected_folds.txt with R (4.2 or later) and its package glmnet, an independent
# implementation:  Rscript make_folds.R   (in this folder).
#
# Cross-validated deviances of elastic nets, three folds by row number. Lines: case, mean or error,
# a figure a lambda.
suppressMessages(library(glmnet))
d <- read.csv("data.csv")
d$g <- factor(d$g)
out <- file("expected_folds.txt", "w")
lambdas <- c(0.1, 0.03, 0.01, 0.003, 0.001)
glmnet.control(epsnr = 1e-15, mxitnr = 1000)
deviances <- function(family, y, loss) {
  sapply(0:2, function(fold) {
    held <- (seq_len(nrow(d)) - 1) %% 3 == fold
    x <- cbind(model.matrix(~ g - 1, d), sapply(d[c("x1", "x2")], function(column) {
      (column - mean(column[!held])) / sd(column[!held])
    }))
    fit <- glmnet(x[!held, ], y[!held], family, alpha = 0.5, lambda = lambdas, standardize = FALSE,
                  thresh = 1e-22, maxit = 1e8)
    mean <- predict(fit, x[held, ], type = "response")
    colMeans(loss(y[held], mean))
  })
}
put <- function(case, of_folds) {
  for (name in c("mean", "error")) {
    figures <- apply(of_folds, 1, function(row) if (name == "mean") mean(row) else sd(row) / sqrt(3))
    cat(case, name, sprintf("%.17g", figures), sep = " ", file = out)
    cat("\n", file = out)
  }
}
put("binomial", deviances("binomial", d$binomial,
                          function(y, p) -2 * (y * log(p) + (1 - y) * log(1 - p))))
put("gaussian", deviances(gaussian(), d$gaussian, function(y, mean) (y - mean)^2))
close(out)
