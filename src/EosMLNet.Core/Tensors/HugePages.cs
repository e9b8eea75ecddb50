using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Memory in pages of 2 MiB where Linux has them to give. Memory that is filled for the first time costs a fault and some clearing for
/// every page; with 4 KiB pages that takes several times as long as filling it (build/docs/adr/0017).
/// </summary>
internal static partial class HugePages
{
    private const int PageSize = 2 << 20;
    private const int MadvHugepage = 14;

    /// <summary>
    /// A one-dimensional tensor on the CPU of undefined content that begins at a page's border. It keeps up to one page more than it shows,
    /// which costs addresses but no memory.
    /// </summary>
    internal static unsafe Tensor Empty(long count, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var elementSize = empty(0, type).element_size();
        var memory = empty(count + PageSize / elementSize, type);
        fixed (byte* start = memory.narrow(0, 0, 1).bytes)
        {
            var toBorder = -(long)start & (PageSize - 1);
            if (OperatingSystem.IsLinux())
                _ = Advise(start + toBorder, (nuint)(count * elementSize & -PageSize), MadvHugepage); // a wish: small pages do as well
            return memory.narrow(0, toBorder / elementSize, count).MoveToOuterDisposeScope();
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int Advise(byte* start, nuint length, int advice);
}
