// Models of one search share what they need to know of the rows.
#include <neve/base/shared_results.hpp>

#include "algos/glm/session.hpp"
#include "job/api/part.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

class SharedGlm : public ::testing::Test {
 protected:
  /// What a model has learnt that shares with others; alone where `shared` is null.
  wire::Bytes learnt(const std::string& response, const schema::Form& form, SharedResults* shared) {
    const model::Build build = session_.check_form(Session::complete(response, form));
    wire::Bytes made;
    const auto work = [&](job::Job& job) {
      const auto models = session_.models().make(build, {.seed = 1, .shared = shared}, job);
      made = models.models.back()->encode_learnt();
    };
    const auto bell = std::make_shared<job::Bell>();
    job::Part part({.text = "GLM", .destination = "model", .work = work}, bell);
    while (!part.finished()) bell->wait();
    EXPECT_EQ(part.end().exception, "");
    return made;
  }
  Session session_{1, 2};
};

const std::vector<schema::Form> kMembers = {{{"alpha", "0.5"}, {"lambda", "0.01"}},
                                            {{"alpha", "1"}, {"lambda", "0.1"}},
                                            {{"alpha", "0"}, {"lambda", "0.1"}},
                                            {{"lambda", "0"}, {"compute_p_values", "true"}},
                                            {{"lambda_search", "true"}},
                                            {{"alpha", "0.2"}, {"standardize", "false"}},
                                            {{"weights_column", "weight"}},
                                            {{"missing_values_handling", "Skip"}},
                                            {{"intercept", "false"}, {"alpha", "0.3"}}};

TEST_F(SharedGlm, GaussianModelsAreTheSameAsAlone) {
  SharedResults shared(session_.engine().budget());
  for (int round = 0; round < 2; ++round) {
    for (const schema::Form& form : kMembers)
      EXPECT_EQ(learnt("gaussian", form, &shared), learnt("gaussian", form, nullptr));
  }
}

TEST_F(SharedGlm, OtherModelsAreTheSameAsAlone) {
  SharedResults shared(session_.engine().budget());
  for (const char* response : {"class", "three", "poisson"}) {
    for (const char* alpha : {"0", "0.5"}) {
      schema::Form form{{"alpha", alpha}, {"lambda", "0.01"}};
      if (response == std::string("poisson")) form.emplace_back("family", "poisson");
      EXPECT_EQ(learnt(response, form, &shared), learnt(response, form, nullptr)) << response;
    }
  }
}

TEST_F(SharedGlm, TheSecondModelMakesNothingNew) {
  SharedResults shared(session_.engine().budget());
  const std::int64_t before = session_.engine().budget().used();
  (void)learnt("gaussian", kMembers[0], &shared);
  const std::int64_t after = session_.engine().budget().used();
  EXPECT_GT(after, before);
  (void)learnt("gaussian", kMembers[1], &shared);
  EXPECT_EQ(session_.engine().budget().used(), after);
  (void)learnt("gaussian", {{"nfolds", "2"}, {"family", "gaussian"}}, &shared);
  EXPECT_EQ(session_.engine().budget().used(), after) << "folds keep to themselves";
}

}  // namespace
