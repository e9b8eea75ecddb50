using EosMLNet.Tool.Doctor;

namespace EosMLNet.Tool.Tests.Doctor;

/// <summary>Machines as Linux describes them, written into a folder.</summary>
public sealed class MachineFactsTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public void The_processor_tells_what_makes_models_fast()
    {
        Write("proc/cpuinfo", "model name : Some CPU\nflags : fpu sse avx2 avx512f avx512_bf16 amx_tile amx_bf16 amx_int8\nflags : fpu\n");
        Assert.Equal(["avx2", "avx512f", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16"], MachineFacts.Read(root.Path).Instructions);
        Write("proc/cpuinfo", "Features : fp asimd asimddp bf16 i8mm\n");
        Assert.Equal(["asimd", "asimddp", "i8mm", "bf16"], MachineFacts.Read(root.Path).Instructions);
    }

    [Fact]
    public void Memory_and_the_limits_of_a_container_are_told_by_control_groups_of_version_2()
    {
        Write("proc/meminfo", "MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    8192 kB\n");
        Write("proc/self/cgroup", "0::/outer/inner\n");
        Write("sys/fs/cgroup/outer/memory.max", "4194304\n");
        Write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        Write("sys/fs/cgroup/outer/inner/cpu.max", "150000 100000\n");
        Write("sys/fs/cgroup/cpu.max", "max 100000\n");
        var facts = MachineFacts.Read(root.Path);
        Assert.Equal((16L << 20, 8L << 20, 4L << 20, 1.5), (facts.MemoryBytes, facts.FreeMemoryBytes, facts.MemoryLimitBytes, facts.ProcessorLimit));
    }

    [Fact]
    public void And_by_those_of_version_1()
    {
        Write("proc/self/cgroup", "4:memory:/docker/1\n1:cpu,cpuacct:/docker/1\n0::/\n");
        Write("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
        Write("sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "200000\n");
        Write("sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us", "100000\n");
        var facts = MachineFacts.Read(root.Path);
        Assert.Equal((2L << 20, 2.0), (facts.MemoryLimitBytes, facts.ProcessorLimit));
    }

    [Fact]
    public void The_driver_names_itself_and_its_GPUs()
    {
        Write("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
        Write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H200\nIRQ: 3\n");
        var facts = MachineFacts.Read(root.Path);
        Assert.Equal("550.54.15", facts.NvidiaDriver);
        Assert.Equal(["NVIDIA H200"], facts.Gpus);
    }

    [Fact]
    public void The_open_driver_names_itself_too()
    {
        Write("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n");
        Assert.Equal("570.86.15", MachineFacts.Read(root.Path).NvidiaDriver);
    }

    [Fact]
    public void What_the_system_does_not_tell_is_left_out()
    {
        var facts = MachineFacts.Read(root.Path);
        Assert.Equal((null, null, null, null, null), (facts.MemoryBytes, facts.FreeMemoryBytes, facts.MemoryLimitBytes, facts.ProcessorLimit, facts.NvidiaDriver));
        Assert.Empty(facts.Gpus);
    }

    private void Write(string file, string text)
    {
        var path = root[file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
