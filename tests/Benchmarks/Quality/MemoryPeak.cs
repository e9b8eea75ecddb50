using System.Diagnostics;

namespace Benchmarks.Quality;

/// <summary>The largest working set since a moment.</summary>
internal static class MemoryPeak
{
    private const string Reset = "/proc/self/clear_refs";

    /// <summary>Forgets the peak so far. Linux only: elsewhere the peak remains that of the whole process.</summary>
    internal static void Begin()
    {
        GC.Collect();
        if (File.Exists(Reset))
            File.WriteAllText(Reset, "5");
    }

    /// <summary>The peak in bytes.</summary>
    internal static long Bytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
