#include <gtest/gtest.h>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/http/worker_pool.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace {

using namespace neve;

rest::Resource resource(std::initializer_list<std::pair<const char*, const char*>> routes) {
  rest::Resource made;
  for (const auto& [method, path] : routes)
    made.routes.push_back({.method = method, .path = path, .name = path, .summary = ""});
  return made;
}

struct RouterTest : testing::Test {
  rest::Resource all = resource({{"GET", "/3/Cloud"},
                                 {"GET", "/3/Frames/{frame_id}"},
                                 {"GET", "/3/Frames/{frame_id}/summary"},
                                 {"GET", "/3/Frames/{frame_id}/columns/{column}/domain"},
                                 {"POST", "/4/sessions"},
                                 {"POST", "/99/Rapids"},
                                 {"POST", "/99/Models.bin/{model_id}"},
                                 {"GET", "/3/Models/{model_id}"},
                                 {"GET", "/3/Models/special"},
                                 {"GET", "/flow/index.html"}});
  rest::Services services;
  rest::http::WorkerPool workers;
  rest::Router router{{&all}, services, workers};
  schema::Form found;
  std::string match(std::string_view method, std::string_view path) {
    const rest::Route* route = router.match(method, path, found);
    return route == nullptr ? "" : route->path;
  }
};

TEST_F(RouterTest, TakesTheExactTokenBeforeTheWildcard) {
  EXPECT_EQ(match("GET", "/3/Models/special"), "/3/Models/special");
  EXPECT_EQ(match("GET", "/3/Models/m1"), "/3/Models/{model_id}");
  EXPECT_EQ(found, (schema::Form{{"model_id", "m1"}}));
}

TEST_F(RouterTest, FallsBackToLowerVersionsOnly) {
  EXPECT_EQ(match("GET", "/4/Cloud"), "/3/Cloud");
  EXPECT_EQ(match("GET", "/99/Models/m1"), "/3/Models/{model_id}");
  EXPECT_EQ(match("GET", "/2/Cloud"), "");
  EXPECT_EQ(match("GET", "/LATEST/Cloud"), "/3/Cloud");
  EXPECT_EQ(match("POST", "/3/sessions"), "");
  EXPECT_EQ(match("GET", "/3/Cloud.json"), "/3/Cloud");
}

TEST_F(RouterTest, KnowsMethodsAndUnversionedPaths) {
  EXPECT_EQ(match("POST", "/3/Cloud"), "");
  EXPECT_EQ(match("GET", "/flow/index.html"), "/flow/index.html");
  EXPECT_EQ(match("GET", "/cloud"), "");
  EXPECT_EQ(match("GET", "/"), "");
}

TEST_F(RouterTest, FindsKeysWithSlashesAndEscapes) {
  EXPECT_EQ(match("GET", "/3/Frames/nfs://tmp/x.csv"), "/3/Frames/{frame_id}");
  EXPECT_EQ(found, (schema::Form{{"frame_id", "nfs://tmp/x.csv"}}));
  EXPECT_EQ(match("GET", "/3/Frames/nfs://tmp/x.csv/summary"), "/3/Frames/{frame_id}/summary");
  EXPECT_EQ(found, (schema::Form{{"frame_id", "nfs://tmp/x.csv"}}));
  EXPECT_EQ(match("GET", "/3/Frames/nfs%3A%2F%2Ftmp%2Fx.csv"), "/3/Frames/{frame_id}");
  EXPECT_EQ(found, (schema::Form{{"frame_id", "nfs://tmp/x.csv"}}));
  EXPECT_EQ(match("GET", "/3/Frames//tmp/R/f.csv/columns/a%20b/domain"),
            "/3/Frames/{frame_id}/columns/{column}/domain");
  EXPECT_EQ(found, (schema::Form{{"frame_id", "/tmp/R/f.csv"}, {"column", "a b"}}));
}

TEST_F(RouterTest, AWildcardMayBeEmpty) {
  EXPECT_EQ(match("POST", "/99/Models.bin/"), "/99/Models.bin/{model_id}");
  EXPECT_EQ(found, (schema::Form{{"model_id", ""}}));
}

TEST_F(RouterTest, TwoRoutesOfOnePathAreRefused) {
  const rest::Resource again = resource({{"GET", "/3/Cloud"}});
  EXPECT_THROW(rest::Router({&all, &again}, services, workers), InternalError);
}

}  // namespace
