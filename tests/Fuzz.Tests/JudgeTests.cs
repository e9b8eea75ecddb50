using System.Diagnostics;
using EosMLNet;
using EosMLNet.Tests;
using Fuzz.Engine;
using Fuzz.Targets;

namespace Fuzz.Tests;

public sealed class JudgeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_EosException_refuses_a_file_and_any_other_is_a_fault()
    {
        var judge = new Judge(new OwnTarget(() => throw new EosException(EosErrors.FileMissing, "no")), folder.Path);
        Assert.Null(judge.Try([1]));
        Assert.Equal((false, "EOS1001: no"), (judge.Accepted, judge.Refusal));
        Assert.Equal(("exception", "FormatException-."), Fault(() => throw new FormatException()));
    }

    [Fact]
    public void Too_much_memory_and_too_much_time_are_faults()
    {
        Assert.Equal(("allocation", ""), Fault(() => GC.KeepAlive(new byte[Judge.Allowance + 1])));
        Assert.Equal(("slow", ""), Fault(() =>
        {
            // Other threads use the processor too: both clocks have to pass.
            var (time, start, used) = (TimeSpan.FromSeconds(2.1), Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            while (Stopwatch.GetElapsedTime(start) < time || Environment.CpuUsage.TotalTime - used < time)
                Thread.SpinWait(1000);
        }));
    }

    [Fact]
    public void A_reader_gets_the_input_in_its_file()
    {
        byte[] read = [];
        var judge = new Judge(new OwnTarget(() => read = File.ReadAllBytes(folder["file"])), folder.Path);
        Assert.Null(judge.Try([1, 2, 3]));
        Assert.True(judge.Accepted);
        Assert.Equal([1, 2, 3], read);
    }

    private (string, string) Fault(Action read)
    {
        var fault = new Judge(new OwnTarget(read), folder.Path).Try([]);
        return (fault!.Kind, fault.Where);
    }

    private sealed class OwnTarget(Action read) : FuzzTarget
    {
        internal override string Reader => "a test's";

        internal override string FileName => "file";

        internal override void Read(string folder) => read();
    }
}
