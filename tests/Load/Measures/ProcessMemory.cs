using System.Runtime.InteropServices;

namespace Load.Measures;

/// <summary>The memory of a process.</summary>
/// <param name="Resident">Megabytes that it has of the machine's memory, with what the C library keeps of what was freed.</param>
/// <param name="InUse">Megabytes that are allocated; null where that is not known.</param>
internal readonly record struct ProcessMemory(double Resident, double? InUse)
{
    private static readonly bool HasMallocInfo = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, nameof(mallinfo2), out _); // glibc 2.33

    /// <summary>That of this process. What is allocated are blocks of the C library, and what the collector has found alive last.</summary>
    internal static ProcessMemory OfThisProcess() =>
        new(Environment.WorkingSet / 1e6, HasMallocInfo ? (mallinfo2().Blocks + GC.GetGCMemoryInfo().HeapSizeBytes) / 1e6 : null);

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallocInfo mallinfo2();

    // man 3 mallinfo: ten numbers, of which "hblkhd" are bytes with a mapping of their own, and "uordblks" those of all arenas.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;

        internal double Blocks => hblkhd + (double)uordblks;
    }
}
