using System.Globalization;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EosMLNet.Tool.Doctor;

/// <summary>What the machine has, and what of it this process may use.</summary>
/// <param name="Instructions">What the processor has for many numbers at once, such as <c>avx512f</c> or <c>amx_bf16</c>.</param>
/// <param name="Processors">Processors that this process may use, its control group's share rounded up.</param>
/// <param name="ProcessorLimit">Processors that the control group may use; null without a limit.</param>
/// <param name="MemoryBytes">The machine's memory, null where the system does not tell.</param>
/// <param name="FreeMemoryBytes">What of it is free, or can be freed at once.</param>
/// <param name="MemoryLimitBytes">What the control group may use; null without a limit.</param>
/// <param name="Gpus">NVIDIA's GPUs, as the driver calls them.</param>
/// <param name="NvidiaDriver">The driver's version; null without one.</param>
internal sealed record MachineFacts(
    IReadOnlyList<string> Instructions, int Processors, double? ProcessorLimit, long? MemoryBytes, long? FreeMemoryBytes,
    long? MemoryLimitBytes, IReadOnlyList<string> Gpus, string? NvidiaDriver)
{
    // Of hundreds of flags, those that decide how fast a model is.
    private static readonly string[] Telling =
    [
        "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "amx_fp16",
        "asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2", "sme",
    ];

    /// <summary>Looks at the machine, and never throws: what the system does not tell is left out.</summary>
    /// <param name="root">The folder that holds <c>proc</c> and <c>sys</c>.</param>
    internal static MachineFacts Read(string root = "/")
    {
        var memory = Lines(root, "proc/meminfo").ToArray();
        return new(InstructionsOf(root), Environment.ProcessorCount, ControlGroup.ProcessorLimit(root), Kilobytes("MemTotal:"),
            Kilobytes("MemAvailable:"), ControlGroup.MemoryLimit(root), [.. GpusOf(root)],
            Lines(root, "proc/driver/nvidia/version").Select(line => line.Split("Kernel Module", 2)).Where(parts => parts.Length == 2)
                .Select(parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => char.IsDigit(word[0])))
                .FirstOrDefault());

        long? Kilobytes(string name) => memory.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var number)
                ? number << 10 : null;
    }

    private static string[] InstructionsOf(string root)
    {
        string[] names = ["flags", "Features"]; // on x64, on arm64
        var line = Lines(root, "proc/cpuinfo").FirstOrDefault(line => names.Any(name => line.StartsWith(name, StringComparison.Ordinal)));
        if (line is not null)
            return [.. Telling.Intersect(line[(line.IndexOf(':') + 1)..].Split(' '))];
        var known = new[]
        {
            ("avx2", Avx2.IsSupported), ("avx512f", Avx512F.IsSupported), ("asimd", AdvSimd.IsSupported), ("asimddp", Dp.IsSupported),
        };
        return [.. known.Where(one => one.Item2).Select(one => one.Item1)];
    }

    private static IEnumerable<string> GpusOf(string root)
    {
        var folder = Path.Combine(root, "proc/driver/nvidia/gpus");
        const string Model = "Model:";
        return Directory.Exists(folder)
            ? Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
                .SelectMany(gpu => Lines(gpu, "information").Where(line => line.StartsWith(Model, StringComparison.Ordinal)))
                .Select(line => line[Model.Length..].Trim())
            : [];
    }

    /// <summary>A file's lines; none where it cannot be read.</summary>
    internal static IReadOnlyList<string> Lines(string root, string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
