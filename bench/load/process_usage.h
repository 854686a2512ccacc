#pragma once

namespace dynamo::bench {

/// What a process and all its descendants have used, from /proc; processes that are gone count as nothing.
struct ProcessUsage {
  double user_seconds = 0;  // reaped children included; in ticks of 10 ms
  double system_seconds = 0;
  double rss_mib = 0;
  double pss_mib = 0;  // only when asked for
  long processes = 0;
  long threads = 0;

  double cpu_seconds() const { return user_seconds + system_seconds; }
};

enum class WithPss { kNo, kYes };  // reading it costs about a millisecond per process

ProcessUsage read_usage(int root_pid, WithPss with_pss);

}  // namespace dynamo::bench
