#include "mr/exchange.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::mr {
namespace {

/// A reply ends behind the answer that fills it so far; the asker then asks for the rest.
constexpr std::size_t kReplyBytes = std::size_t{1} << 20U;

/// Groups of one source, with one question for all or one for each.
struct AskMessage {
  Source source;
  std::vector<GroupIndex> groups;
  std::vector<wire::Bytes> questions;
  template <class Archive>
  void fields(Archive& archive) {
    archive(source, groups, questions);
  }
};

/// The answers of the first groups that were asked; at least one.
struct AskReply {
  std::vector<wire::Bytes> answers;
  template <class Archive>
  void fields(Archive& archive) {
    archive(answers);
  }
};

}  // namespace

Source Engine::Core::source(std::string_view task, const frame::LayoutPtr& layout,
                            ScratchId scratch) {
  const std::lock_guard lock(mutex_);
  return {.task = std::string(task),
          .layout = layout,
          .placement = placement(*layout),
          .driver = parts_.self,
          .scratch = scratch,
          .runs = scratch_runs_[scratch.value]};
}

std::shared_ptr<void> Engine::Core::scratch_of(const Source& source, GroupIndex group,
                                               RunPeers& peers) {
  return scratch_.shared(source.scratch, group, source.runs, [&]() -> ScratchTable::Held& {
    RunRequest request;
    request.layout = source.layout;
    request.placement = source.placement;
    request.driver = source.driver;
    request.scratch = source.scratch;
    request.scratch_runs = source.runs;
    request.peers = &peers;
    const frame::Layout& layout = *source.layout;
    const RowGroup rows{group, layout.first_row(group), layout.rows_of(group), {}, &peers};
    return ready_scratch({parts_.tasks.find(source.task), request, nullptr, peers.token()}, rows);
  });
}

wire::Bytes Engine::Core::answer_ask(std::span<const std::byte> bytes, cluster::Call& call) {
  const auto asked = wire::decode<AskMessage>(bytes);
  const TaskEntry& task = parts_.tasks.find(asked.source.task);
  NEVE_CHECK(task.answer != nullptr && asked.source.layout && asked.source.placement);
  NEVE_CHECK(asked.questions.size() == 1 || asked.questions.size() == asked.groups.size());
  const auto token = std::make_shared<job::Token>();
  call.when_abandoned([token] { token->cancel(); });
  RunPeers peers(*this, *token);
  AskReply reply;
  std::shared_ptr<void> question;
  std::size_t size = 0;
  for (std::size_t i = 0; i < asked.groups.size() && size < kReplyBytes; ++i) {
    token->check();
    if (i < asked.questions.size()) question = task.decode_question(asked.questions[i]);
    const auto scratch = scratch_of(asked.source, asked.groups[i], peers);
    const auto answer = task.answer(scratch.get(), question.get());
    reply.answers.push_back(task.encode_answer(answer.get()));
    size += reply.answers.back().size();
  }
  return wire::encode(reply);
}

struct RunPeers::Asked {
  const TaskEntry& task;
  const Source& source;
  std::span<const GroupIndex> groups;
  std::span<const void* const> questions;
  [[nodiscard]] const void* question(std::size_t i) const {
    return questions[questions.size() == 1 ? 0 : i];
  }
};

NodeId RunPeers::node_for(const Source& source, GroupIndex group) {
  const std::lock_guard lock(mutex_);
  for (const NodeId home : source.placement->run_of(group).homes) {
    if (!unreachable_.contains(home)) return home;
  }
  return core_.parts().self;
}

void RunPeers::ask_here(const Asked& asked, const std::vector<std::size_t>& places, Erased& found) {
  for (const std::size_t i : places) {
    token_.check();
    const auto scratch = core_.scratch_of(asked.source, asked.groups[i], *this);
    found.answers[i] = asked.task.answer(scratch.get(), asked.question(i));
  }
}

cluster::Answer RunPeers::call(const Asked& asked, NodeId node,
                               const std::vector<std::size_t>& places) {
  AskMessage message{.source = asked.source, .groups = {}, .questions = {}};
  for (const std::size_t i : places) {
    message.groups.push_back(asked.groups[i]);
    if (asked.questions.size() == 1 && !message.questions.empty()) continue;
    message.questions.push_back(asked.task.encode_question(asked.question(i)));
  }
  return core_.parts().transport.call(node, "mr.ask", wire::encode(message));
}

std::size_t RunPeers::take_reply(const Asked& asked, const std::vector<std::size_t>& places,
                                 const wire::Bytes& reply, Erased& found) {
  found.memory.push_back(
      budget().reserve(static_cast<std::int64_t>(reply.size()), "Rows from other nodes"));
  const auto got = wire::decode<AskReply>(reply);
  NEVE_CHECK(!got.answers.empty() && got.answers.size() <= places.size());
  for (std::size_t k = 0; k < got.answers.size(); ++k) {
    found.answers[places[k]] = asked.task.decode_answer(got.answers[k]);
  }
  return got.answers.size();
}

Peers::Erased RunPeers::ask_erased(const Source& source, std::span<const GroupIndex> groups,
                                   std::span<const void* const> questions) {
  NEVE_CHECK(questions.size() == 1 || questions.size() == groups.size());
  const Asked asked{core_.parts().tasks.find(source.task), source, groups, questions};
  Erased found;
  found.answers.resize(groups.size());
  std::map<NodeId, std::vector<std::size_t>> open;
  for (std::size_t i = 0; i < groups.size(); ++i) open[node_for(source, groups[i])].push_back(i);
  while (!open.empty()) {
    token_.check();
    std::vector<std::pair<NodeId, cluster::Answer>> calls;
    for (const auto& [node, places] : open) {
      if (node != core_.parts().self) calls.emplace_back(node, call(asked, node, places));
    }
    std::map<NodeId, std::vector<std::size_t>> left;
    if (const auto here = open.find(core_.parts().self); here != open.end()) {
      ask_here(asked, here->second, found);
    }
    for (auto& [node, answer] : calls) {
      const std::vector<std::size_t>& places = open[node];
      std::size_t done = 0;
      try {
        done = take_reply(asked, places, answer.get([this] { token_.check(); }), found);
      } catch (const ClusterError&) {
        const std::lock_guard lock(mutex_);
        unreachable_.insert(node);
      }
      for (; done < places.size(); ++done) {
        left[node_for(source, groups[places[done]])].push_back(places[done]);
      }
    }
    open = std::move(left);
  }
  return found;
}

}  // namespace neve::mr
