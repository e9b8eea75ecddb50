using System.Globalization;

namespace EosMLNet.Tool.Doctor;

/// <summary>What Linux lets the process have, with all others of its control group: the limits of a container.</summary>
internal static class ControlGroup
{
    // Version 1 writes a number near the largest where there is no limit.
    private const long Unlimited = 1L << 60;

    /// <summary>The least memory of the group and those around it, in bytes; null without a limit.</summary>
    internal static long? MemoryLimit(string root)
    {
        var limits = Folders(root, "", "").SelectMany(folder => MachineFacts.Lines(folder, "memory.max"))
            .Concat(Folders(root, "memory", "memory").SelectMany(folder => MachineFacts.Lines(folder, "memory.limit_in_bytes")))
            .Select(line => long.TryParse(line, CultureInfo.InvariantCulture, out var bytes) ? bytes : long.MaxValue)
            .Where(bytes => bytes < Unlimited).ToArray();
        return limits.Length > 0 ? limits.Min() : null;
    }

    /// <summary>The fewest processors, as a share of their time; null without a limit.</summary>
    internal static double? ProcessorLimit(string root)
    {
        var limits = Folders(root, "", "").SelectMany(folder => MachineFacts.Lines(folder, "cpu.max"))
            .Select(line => Share(line.Split(' ')))
            .Concat(Folders(root, "cpu", "cpu").Select(folder => Share([
                .. MachineFacts.Lines(folder, "cpu.cfs_quota_us"), .. MachineFacts.Lines(folder, "cpu.cfs_period_us")])))
            .OfType<double>().ToArray();
        return limits.Length > 0 ? limits.Min() : null;
    }

    // Of two numbers: microseconds that may be used, and microseconds in which.
    private static double? Share(string[] numbers) => numbers is [var quota, var period]
        && double.TryParse(quota, CultureInfo.InvariantCulture, out var used) && used > 0
        && double.TryParse(period, CultureInfo.InvariantCulture, out var within) && within > 0 ? used / within : null;

    // The folder of the process's group and those around it. A container sees its own group as the outermost one, whatever the path says.
    private static IEnumerable<string> Folders(string root, string controller, string mount)
    {
        var top = Path.Combine(root, "sys/fs/cgroup", mount);
        var path = MachineFacts.Lines(root, "proc/self/cgroup").Select(line => line.Split(':', 3))
            .Where(parts => parts.Length == 3 && parts[1].Split(',').Contains(controller)).Select(parts => parts[2].Trim('/'))
            .FirstOrDefault("");
        for (; path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
            yield return Path.Combine(top, path);
        yield return top;
    }
}
