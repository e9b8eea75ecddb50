using System.Globalization;

namespace Fuzz.Engine;

/// <summary>The most memory that the process had since it was asked last, native memory included. Linux only; elsewhere 0.</summary>
internal static class PeakMemory
{
    private const string Peak = "VmHWM:", Now = "VmRSS:";

    /// <summary>The most since <see cref="Reset"/>, in bytes.</summary>
    internal static long Highest => Read(Peak);

    /// <summary>Forgets what was before, and says how much there is now.</summary>
    internal static long Reset()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        File.WriteAllText("/proc/self/clear_refs", "5"); // man 5 proc: the peak becomes what there is now
        return Read(Now);
    }

    private static long Read(string name)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
