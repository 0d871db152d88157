#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <neve/cluster/cloud.hpp>

namespace neve {
class Budget;
}
namespace neve::automl {
class AutoMls;
}
namespace neve::frame {
class Frames;
}
namespace neve::grid {
class Grids;
}
namespace neve::job {
class Jobs;
}
namespace neve::mr {
class Engine;
}
namespace neve::store {
class Store;
}
namespace neve::operations {
class Operations;
}
namespace neve::model {
class Models;
class Algorithms;
}  // namespace neve::model
namespace neve::munge {
class Rollups;
}
namespace neve::rapids {
class Interpreter;
}
namespace neve::ingest {
class Ingest;
}

namespace neve::rest {

class RequestCounts;
class Router;

/// What this process is, for the answers that tell it.
struct ServerInfo {
  std::string cluster_name;
  std::string h2o_version;  ///< the H2O-3 version whose API is spoken
  std::string neve_version;
  std::string address;  ///< host:port of the REST service
  std::int64_t start_time_ms = 0;
  int threads = 1;
  std::string log_directory;
  std::string documents_directory;     ///< of what clients keep at this node
  RequestCounts* requests = nullptr;   ///< answered so far
  std::function<void()> request_stop;  ///< asks the process to end gracefully
  /// Calls back on an I/O thread after some milliseconds.
  std::function<void(std::int64_t delay_ms, std::function<void()> callback)> run_after;
  /// Does on a thread that may wait what an I/O thread may not.
  std::function<void(std::function<void()> work)> run_on_worker;
};

/// Everything that handlers may use, wired once by the server. All references outlive the router.
struct Services {
  ServerInfo info;
  /// Members that answer REST requests, in the order of their joining. Nodes that share the
  /// process of another, as tests have them, do not.
  [[nodiscard]] std::vector<cluster::Member> members() const;
  mr::Engine* engine = nullptr;
  store::Store* store = nullptr;
  frame::Frames* frames = nullptr;
  munge::Rollups* rollups = nullptr;
  job::Jobs* jobs = nullptr;
  model::Algorithms* algorithms = nullptr;
  model::Models* models = nullptr;
  grid::Grids* grids = nullptr;
  automl::AutoMls* automls = nullptr;
  rapids::Interpreter* rapids = nullptr;
  ingest::Ingest* ingest = nullptr;
  const Router* router = nullptr;
  operations::Operations* operations = nullptr;
  const RequestCounts* requests = nullptr;  ///< that this node has answered
  bool witness = false;  ///< votes, but holds no data: answers only what is about nodes
};

}  // namespace neve::rest
