using Gpu.Report;
using Gpu.Sections;

namespace Gpu.Tests.Sections;

public class CheckListTests
{
    public static TheoryData<Exception, string> Exceptions => new()
    {
        { new EosException(EosErrors.Device, "none"), "EOS2002: none" },
        { new KeyNotFoundException("no such key\nand more"), "KeyNotFoundException: no such key" },
        { new NotImplementedException("later"), "NotImplementedException: later" },
        { new OutOfMemoryException("host"), "out of device memory: host" },
        { new System.Runtime.InteropServices.ExternalException("CUDA out of memory. Tried to allocate"), "out of device memory: CUDA out of memory. Tried to allocate" },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Whatever_a_check_throws_it_has_failed_and_the_next_is_made(Exception thrown, string detail)
    {
        CheckResult[] saved = [];
        var checks = new CheckList(known => saved = [.. (IEnumerable<CheckResult>)known]);
        checks.Add("first", () => throw thrown);
        checks.AtMost("second", 1, () => double.NaN);
        checks.AtMost("third", 1, () => 0.5);
        Assert.Equal([new("first", false, detail), new("second", false, "NaN, at most 1"), new("third", true, "0.5, at most 1")], saved);
    }
}
