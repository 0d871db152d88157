#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "algos/trees/training_session.hpp"
#include "support/take_over.hpp"

/// What GBM and DRF have in common where training goes on from a model, or balances classes.
namespace neve::testing {

/// Trees of a model, and of the one that goes on from it.
struct TwoLengths {
  int first = 0;
  int whole = 0;
};

inline schema::Form of_trees(const schema::Form& form, int trees) {
  return with(form, {{"ntrees", std::to_string(trees)}});
}

/// Also the history, the metrics and the importance of columns are those of one training.
template <class Session>
void expect_bits_of_one_longer_training(Session& session, const std::string& response,
                                        const schema::Form& form, TwoLengths trees) {
  const auto whole = session.train(response, of_trees(form, trees.whole));
  publish_as(session.models(), *session.train(response, of_trees(form, trees.first)), "earlier");
  const auto both =
      session.train(response, with(of_trees(form, trees.whole), {{"checkpoint", "earlier"}}));
  ASSERT_TRUE(both) << response;
  EXPECT_EQ(both->encode_learnt(), whole->encode_learnt()) << response;
  constexpr std::size_t kTrees = 3;
  const auto& points = whole->header.scoring_history.columns[kTrees].cells;
  EXPECT_EQ(both->header.scoring_history.columns[kTrees].cells, points);
  EXPECT_EQ(both->header.training_metrics.header()->MSE,
            whole->header.training_metrics.header()->MSE);
  const auto gains = [](const auto& model) {
    return wire::encode(schema::Table(model.header.variable_importances));
  };
  EXPECT_EQ(gains(*both), gains(*whole));
}

/// Of three nodes, the one is lost that goes on from a model, after so many states were kept;
/// `publish` gives a node its frames.
template <class Session>
void expect_to_go_on_after_a_loss(const model::Algorithm& algorithm, const std::string& response,
                                  const schema::Form& kind, TwoLengths trees,
                                  const std::function<void(mr::ComputeNode&)>& publish) {
  constexpr int kStates = 5;
  const schema::Form form = with(of_trees(kind, trees.whole), {{"checkpoint", "earlier"}});
  Session whole;
  const auto earlier = whole.train(response, of_trees(kind, trees.first));
  publish_as(whole.models(), *earlier, "earlier");
  const auto expected = whole.train(response, form)->encode_learnt();
  const auto prepare = [&](mr::ComputeNode& node) {
    publish(node);
    Trainer trainer(node, algorithm, 0);
    publish_as(trainer.models, *earlier, "earlier");
  };
  const schema::Form asked = Session::complete(response, form);
  EXPECT_EQ(learnt_after_loss(algorithm, asked, kStates, prepare), expected) << response;
}

/// Probabilities are about what classes weigh in the data, whatever training made of that.
template <class Session>
void expect_corrected_probabilities(Session& session, const std::string& response,
                                    schema::Form form, double tolerance) {
  form = with(std::move(form),
              {{"balance_classes", "true"},
               {"class_sampling_factors", response == "two" ? "[1, 8]" : "[1, 8, 0.5]"},
               {"validation_frame", "va"}});
  const auto model = session.train(response, std::move(form));
  ASSERT_TRUE(model);
  std::vector<std::string> warnings;
  const frame::Frame on = session.frame("va");
  const auto again = session.models().performance(model, on, nullptr, warnings);
  EXPECT_EQ(again.find("logloss"), model->header.validation_metrics.find("logloss"));
  const frame::Frame scored = session.models().predict(model, on, "scored", nullptr, warnings);
  const frame::DomainPtr levels = model->header.roles.response_domain;
  const auto actual = values_of(session.engine(), on, response);
  for (std::size_t k = 0; k < levels->size(); ++k) {
    const auto p = values_of(session.engine(), scored, (*levels)[k]);
    double predicted = 0;
    double real = 0;
    double rows = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (std::isnan(actual[i])) continue;
      predicted += p[i];
      real += actual[i] == static_cast<double>(k) ? 1 : 0;
      ++rows;
    }
    EXPECT_NEAR(predicted / rows, real / rows, tolerance) << response << " " << (*levels)[k];
  }
}

}  // namespace neve::testing
