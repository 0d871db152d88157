#include <neve/base/pool.hpp>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xmmintrin.h>

#include <atomic>

#include <neve/base/error.hpp>
#include <neve/base/thread_name.hpp>

namespace neve {
namespace {

/// Gives each worker a lower priority, and the floating-point mode that every result relies on.
class WorkerSetUp final : public oneapi::tbb::task_scheduler_observer {
 public:
  explicit WorkerSetUp(oneapi::tbb::task_arena& arena) : task_scheduler_observer(arena) {
    observe(true);
  }
  ~WorkerSetUp() override { observe(false); }
  void on_scheduler_entry(bool is_worker) override {
    constexpr unsigned kDefaultMxcsr =
        0x1F80;  // all exceptions masked, round to nearest, no FTZ/DAZ
    _mm_setcsr(kDefaultMxcsr);
    constexpr int kComputeNiceness = 5;
    if (!is_worker) return;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kComputeNiceness);
    name_this_thread("compute");
  }
};

/// TBB otherwise never starts more threads than there are cores, whatever a node asks for; tests
/// run eight threads on two. Process-wide and without state of its own.
void lift_thread_limit() {
  constexpr std::size_t kMostThreads = 1024;
  static const oneapi::tbb::global_control kLimit(
      oneapi::tbb::global_control::max_allowed_parallelism, kMostThreads);
}

}  // namespace

struct Pool::Arena {
  explicit Arena(int threads) : arena(threads), set_up(arena) {}
  oneapi::tbb::task_arena arena;
  WorkerSetUp set_up;
};

Pool::Pool(int threads) {
  NEVE_CHECK(threads >= 1);
  lift_thread_limit();
  arena_ = std::make_unique<Arena>(threads);
}

Pool::~Pool() = default;

int Pool::threads() const { return arena_->arena.max_concurrency(); }

namespace {

/// One loop. TBB orders its start and end before and after every call, but inside a library that
/// the thread sanitizer does not see; the two counters say so in code that it does, at no cost to
/// speak of.
struct Loop {
  const std::function<void(std::size_t)>& body;
  std::atomic<bool> started{false};
  std::atomic<std::size_t> finished{0};

  void run(std::size_t i) {
    (void)started.load(std::memory_order_acquire);
    body(i);
    finished.fetch_add(1, std::memory_order_release);
  }
};

/// What TBB copies and calls: reads nothing but its pointer before Loop::run has taken over.
struct LoopCall {
  Loop* loop;
  __attribute__((no_sanitize("thread"))) void operator()(std::size_t i) const { loop->run(i); }
};

}  // namespace

void Pool::for_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 0) return;
  Loop loop{body};
  loop.started.store(true, std::memory_order_release);
  const LoopCall call{&loop};
  // Isolation: a thread that waits here must not pick up a piece of an outer loop, whose state it
  // may hold half-way.
  arena_->arena.execute([&] {
    oneapi::tbb::this_task_arena::isolate([&] {
      oneapi::tbb::parallel_for(std::size_t{0}, count, call, oneapi::tbb::simple_partitioner());
    });
  });
  (void)loop.finished.load(std::memory_order_acquire);
}

}  // namespace neve
