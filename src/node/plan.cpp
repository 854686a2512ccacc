#include "node/plan.h"

#include "base/quantity.h"
#include "node/expand.h"
#include "node/python.h"

namespace dynamo::node {
namespace {

constexpr std::string_view kHostMemory = "/dev/shm";
constexpr std::string_view kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

std::vector<std::string> texts_at(const json::object& container, std::string_view field) {
  std::vector<std::string> out;
  for (const json::value& item : kube::array_at(container, {field})) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// Where a path that containers see lies on the machine. Used where it cannot be mounted.
using PathMap = std::vector<std::pair<std::string, std::string>>;

/// Replaces every mount point in `text` by the folder behind it, where it stands as a path of its own or
/// begins one.
std::string mapped(std::string text, const PathMap& paths) {
  for (const auto& [from, to] : paths) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      const char before = at == 0 ? ' ' : text[at - 1];
      const auto end = at + from.size();
      const char after = end < text.size() ? text[end] : '/';
      const auto in_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
      };
      if (in_word(before) || before == '/' || in_word(after)) continue;
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

/// What the containers of one pod have in common while they are planned.
class Planner {
 public:
  Planner(const kube::Object& pod, const PodFacts& facts, const Sources& sources, const MachineFacts& machine,
          const PodGrant& grant)
      : pod_(pod), facts_(facts), sources_(sources), machine_(machine), grant_(grant) {}

  Result<PodPlan> plan() {
    auto volumes =
        plan_volumes(pod_, facts_, sources_, {grant_.folder, grant_.claims_folder}, grant_.account);
    if (!volumes) return std::unexpected(std::move(volumes.error()));
    out_.volumes = std::move(*volumes);
    note_what_is_ignored();
    if (auto done = plan_list("initContainers", out_.init_containers); !done) {
      return std::unexpected(std::move(done.error()));
    }
    if (auto done = plan_list("containers", out_.containers); !done)
      return std::unexpected(std::move(done.error()));
    return std::move(out_);
  }

 private:
  struct Mounts {
    std::vector<process::BindMount> binds;
    PathMap paths;
  };

  void note(std::string reason, std::string message) {
    PlanNote note{.warning = false, .reason = std::move(reason), .message = std::move(message)};
    if (std::ranges::find(out_.notes, note) == out_.notes.end()) out_.notes.push_back(std::move(note));
  }

  void note_what_is_ignored() {
    if (json::find(pod_, {"spec", "securityContext", "fsGroup"}) != nullptr) {
      note("Ignored",
           "fsGroup has no effect on one machine: volumes belong to the user who runs the platform");
    }
    if (kube::bool_at(pod_, {"spec", "hostNetwork"})) {
      note("Ignored",
           "hostNetwork has no effect on one machine: the pod has the loopback address " + facts_.pod_ip);
    }
    if (const std::string fields = placement_fields(); !fields.empty()) {
      note("Ignored",
           fields + ": no effect on one machine, where every pod runs on this node and as a plain process");
    }
    if (names_a_user()) {
      note("Ignored",
           "runAsUser, runAsGroup and the like have no effect on one machine: processes belong to the user "
           "who runs "
           "the platform");
    }
  }

  /// The fields by which the pod chooses among nodes and runtimes. (Tolerations ask for nothing.)
  std::string placement_fields() const {
    std::vector<std::string_view> found;
    for (const std::string_view field :
         {"nodeSelector", "affinity", "topologySpreadConstraints", "runtimeClassName"}) {
      if (json::find(pod_, {"spec", field}) != nullptr) found.push_back(field);
    }
    return fmt::format("{}", fmt::join(found, ", "));
  }

  bool names_a_user() const {
    const auto names = [](const json::value& spec) {
      return std::ranges::any_of(
          std::array{"runAsUser", "runAsGroup", "runAsNonRoot", "supplementalGroups"},
          [&](const char* field) { return json::find(spec, {"securityContext", field}) != nullptr; });
    };
    const json::value* spec = json::find(pod_, {"spec"});
    return (spec != nullptr && names(*spec)) ||
           std::ranges::any_of(kube::array_at(pod_, {"spec", "containers"}), names);
  }

  Result<void> plan_list(std::string_view list, std::vector<ContainerPlan>& out) {
    for (const json::value& container : kube::array_at(pod_, {"spec", list})) {
      if (!container.is_object()) continue;
      auto planned = plan_container(container.get_object());
      if (!planned) {
        return context(fmt::format("container {}", json::string_at(container, {"name"})),
                       std::move(planned.error()));
      }
      out.push_back(std::move(*planned));
    }
    return {};
  }

  Result<ContainerPlan> plan_container(const json::object& container) {
    ContainerPlan out;
    out.name = json::string_at(container, {"name"});
    auto environment =
        container_environment(pod_, container, facts_, sources_, base_environment(take_gpus(container)));
    if (!environment) return std::unexpected(std::move(environment.error()));
    out.environment = std::move(*environment);
    auto argv = command_of(container, out.environment);
    if (!argv) return std::unexpected(std::move(argv.error()));
    out.argv = std::move(*argv);

    const auto module = dynamo_module_of(out.argv);
    if (module) {
      if (auto chosen = choose_engine_for(*module, out.environment); !chosen)
        return std::unexpected(std::move(chosen.error()));
    }
    const bool ours = module.has_value() || out.argv.front() == machine_.dynamo ||
                      out.argv.front() == "dynamo" || out.argv.front().ends_with("/dynamo");
    auto mounts = plan_mounts(container, ours);
    if (!mounts) return std::unexpected(std::move(mounts.error()));
    out.mounts = std::move(mounts->binds);
    apply_paths(mounts->paths, out);
    add_defaults(out.environment);
    out.working_directory = working_directory_of(container, *mounts);
    note_ignored_parts(container);
    return out;
  }

  /// The devices of this container: the next ones of the pod's. Init containers share with those that come
  /// later.
  std::vector<int> take_gpus(const json::object& container) {
    const auto wanted =
        std::min<std::size_t>(grant_.gpus.size(), static_cast<std::size_t>(gpus_of(container)));
    if (gpus_taken_ + wanted > grant_.gpus.size()) gpus_taken_ = 0;
    const auto first = grant_.gpus.begin() + static_cast<std::ptrdiff_t>(gpus_taken_);
    gpus_taken_ += wanted;
    return {first, first + static_cast<std::ptrdiff_t>(wanted)};
  }

  Environment base_environment(const std::vector<int>& gpus) const {
    Environment out = machine_.environment;
    const std::string path(out.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"));
    out.set("PATH", machine_.shim_folder + ":" + path);
    out.set(std::string(kShimFolderVariable), machine_.shim_folder);
    out.set("HOSTNAME", std::string(kube::name_of(pod_)));
    out.set("TMPDIR", grant_.temporary);
    out.set("POD_IP", facts_.pod_ip);
    if (!grant_.gpus.empty()) {
      const std::string devices = fmt::format("{}", fmt::join(gpus, ","));
      out.set("CUDA_VISIBLE_DEVICES", devices);
      out.set("NVIDIA_VISIBLE_DEVICES", devices.empty() ? "void" : devices);
    }
    return out;
  }

  /// Variables that make our roles at home in this pod; whatever the pod says itself wins.
  void add_defaults(Environment& environment) const {
    const auto default_to = [&](const char* name, std::string_view value) {
      if (!environment.get(name) && !value.empty()) environment.set(name, std::string(value));
    };
    for (const char* host : {"DYN_HTTP_HOST", "DYN_SYSTEM_HOST"}) default_to(host, facts_.pod_ip);
    default_to("POD_NAME", kube::name_of(pod_));
    default_to("POD_NAMESPACE", kube::namespace_of(pod_));
    default_to("POD_UID", kube::uid_of(pod_));
    default_to("KUBECONFIG", grant_.kubeconfig);
    // On one machine everybody has heard within a second that a pod is leaving.
    default_to("DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS", "1");
    default_to("DYN_HTTP_GRACEFUL_SHUTDOWN_TIMEOUT_SECS", "1");
  }

  static Result<std::vector<std::string>> command_of(const json::object& container,
                                                     const Environment& environment) {
    std::vector<std::string> argv = texts_at(container, "command");
    if (argv.empty()) {
      return fail(
          Errc::unsupported,
          "it has no command: images are not pulled on one machine, so `command` must say what to run");
    }
    for (std::string& argument : texts_at(container, "args")) argv.push_back(std::move(argument));
    const auto lookup = [&](std::string_view name) -> std::optional<std::string_view> {
      const auto at = environment.variables().find(name);
      if (at == environment.variables().end()) return std::nullopt;
      return at->second;
    };
    for (std::string& argument : argv) argument = expand(argument, lookup);
    return argv;
  }

  Result<void> choose_engine_for(const std::string& module, Environment& environment) {
    const auto wanted = engine_of_module(module);
    if (!wanted) return {};
    auto choice = choose_engine(*wanted, machine_.engine_mode, machine_.installed_engines);
    if (!choice) return std::unexpected(std::move(choice.error()));
    if (choice->substituted) {
      note("EngineSubstituted", fmt::format("the {} engine stands in for {}", choice->engine, *wanted));
    }
    environment.set(std::string(kEngineVariable), choice->engine);
    out_.engine = std::move(choice->engine);
    return {};
  }

  const VolumePlan* find_volume(std::string_view name) const {
    for (const VolumePlan& volume : out_.volumes) {
      if (volume.name == name) return &volume;
    }
    return nullptr;
  }

  Result<Mounts> plan_mounts(const json::object& container, bool ours) {
    Mounts out;
    for (const json::value& mount : kube::array_at(container, {"volumeMounts"})) {
      if (auto done = plan_mount(mount, ours, out); !done) return std::unexpected(std::move(done.error()));
    }
    // The longest path first, so that a mount inside another one wins.
    std::ranges::sort(out.paths,
                      [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    return out;
  }

  Result<void> plan_mount(const json::value& mount, bool ours, Mounts& out) {
    std::string target(json::string_at(mount, {"mountPath"}));
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
    const std::string_view name = json::string_at(mount, {"name"});
    const VolumePlan* volume = find_volume(name);
    if (volume == nullptr)
      return fail(Errc::invalid,
                  fmt::format("volumeMounts names the volume {}, which is not in spec.volumes", name));
    if (!target.starts_with('/'))
      return fail(Errc::invalid, fmt::format("mountPath \"{}\" must be absolute", target));
    if (is_below(target, kHostMemory)) return {};  // the machine's own
    std::string source = volume->folder;
    if (const auto sub = json::string_at(mount, {"subPath"}); !sub.empty()) source += fmt::format("/{}", sub);
    if (source == target) return {};

    if (machine_.private_mounts && machine_.exists(target)) {
      out.binds.push_back({.source = std::move(source),
                           .target = std::move(target),
                           .read_only = json::bool_at(mount, {"readOnly"})});
      return {};
    }
    if (target == kAccountFolder && !grant_.kubeconfig.empty()) return {};  // KUBECONFIG serves instead
    if (!ours) {
      return fail(
          Errc::unsupported,
          fmt::format("the volume {} cannot be mounted at {} on this machine, and the command is not one of "
                      "ours that would find it elsewhere",
                      name, target));
    }
    note("MountMapped",
         fmt::format("{} is {} on this machine: arguments and variables are adapted", target, source));
    out.paths.emplace_back(std::move(target), std::move(source));
    return {};
  }

  static void apply_paths(const PathMap& paths, ContainerPlan& container) {
    if (paths.empty()) return;
    for (std::string& argument : container.argv) argument = mapped(std::move(argument), paths);
    const auto variables = container.environment.variables();
    for (const auto& [name, value] : variables) container.environment.set(name, mapped(value, paths));
  }

  std::string working_directory_of(const json::object& container, const Mounts& mounts) {
    const std::string wanted(json::string_at(container, {"workingDir"}));
    if (wanted.empty()) return grant_.folder;
    const std::string here = mapped(wanted, mounts.paths);
    if (here != wanted || machine_.exists(wanted)) return here;
    note("Ignored",
         fmt::format("workingDir {} does not exist on this machine; {} is used", wanted, grant_.folder));
    return grant_.folder;
  }

  void note_ignored_parts(const json::object& container) {
    if (json::find(container, {"lifecycle"}) != nullptr) {
      note("Ignored", fmt::format("lifecycle hooks of the container {} are not run on one machine",
                                  json::string_at(container, {"name"})));
    }
    const std::string_view image = json::string_at(container, {"image"});
    if (image.empty()) return;
    note("ImageIgnored",
         fmt::format("the image {} is not pulled: the command runs as a process of this machine", image));
  }

  const kube::Object& pod_;
  const PodFacts& facts_;
  const Sources& sources_;
  const MachineFacts& machine_;
  const PodGrant& grant_;
  PodPlan out_;
  std::size_t gpus_taken_ = 0;
};

}  // namespace

int gpus_of(const json::object& container) {
  for (const char* list : {"limits", "requests"}) {
    const json::value* amount = json::find(container, {"resources", list, "nvidia.com/gpu"});
    if (amount == nullptr) continue;
    const auto quantity =
        Quantity::parse(amount->is_string() ? std::string(amount->get_string()) : json::dump(*amount));
    if (quantity) return static_cast<int>(std::clamp<std::int64_t>(quantity->units(), 0, 1024));
  }
  return 0;
}

int gpus_of_pod(const kube::Object& pod) {
  int largest_init = 0;
  int sum = 0;
  for (const json::value& container : kube::array_at(pod, {"spec", "initContainers"})) {
    if (container.is_object()) largest_init = std::max(largest_init, gpus_of(container.get_object()));
  }
  for (const json::value& container : kube::array_at(pod, {"spec", "containers"})) {
    if (container.is_object()) sum += gpus_of(container.get_object());
  }
  return std::max(largest_init, sum);
}

Result<PodPlan> plan_pod(const kube::Object& pod, const PodFacts& facts, const Sources& sources,
                         const MachineFacts& machine, const PodGrant& grant) {
  return Planner(pod, facts, sources, machine, grant).plan();
}

}  // namespace dynamo::node
