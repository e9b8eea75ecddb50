using System.Runtime.InteropServices;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Tests.CommandLine;

public class MachineFaultTests
{
    public static TheoryData<string?, Exception> Exceptions => new()
    {
        { EosErrors.OutOfMemory, new OutOfMemoryException() },
        { EosErrors.OutOfMemory, new ExternalException("[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.\nframe #0") },
        { EosErrors.OutOfMemory, new ExternalException("CUDA out of memory. Tried to allocate 20.00 MiB.") },
        { EosErrors.OutOfMemory, new AggregateException(new OutOfMemoryException()) },
        { EosErrors.CannotWrite, new IOException("No space left on device") },
        { EosErrors.CannotWrite, new UnauthorizedAccessException() },
        { null, new ExternalException("shape '[2]' is invalid for input of size 3") },
        { EosErrors.OutOfMemory, new TaskSchedulerException(new OutOfMemoryException()) },
        { null, new AggregateException(new InvalidOperationException()) },
        { null, new InvalidOperationException() },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Too_little_memory_and_room_are_told_from_defects(string? code, Exception e) => Assert.Equal(code, MachineFault.Of(e)?.Code);
}
