using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gpu.Report;
using Gpu.Sections;
using Gpu.Shapes;

namespace Gpu.Running;

/// <summary><c>all</c>: every section, or those that are named, each in a process and within a time of its own. The report is written after each, so that nothing that was measured is lost.</summary>
internal sealed class AllCommand : Command
{
    private readonly Option<string> device = GpuOptions.Device(), shape = GpuOptions.Shape(), output = GpuOptions.Output();
    private readonly Option<double> minutes = new("--minutes") { Description = "The most that everything together takes.", DefaultValueFactory = _ => 8.5 };
    private readonly Option<string> only = new("--only") { Description = $"Sections with commas between them, to measure no others: of {Section.Names}.", HelpName = "NAMES", DefaultValueFactory = _ => "all" };

    internal AllCommand()
        : base("all", "Checks and measures everything, and writes gpu.json and gpu.md.")
    {
        foreach (var option in new Option[] { device, shape, output, minutes, only })
            Add(option);
        SetAction(Run);
    }

    private int Run(ParseResult values)
    {
        try
        {
            return Run(values.GetValue(device)!, Shape.Of(values.GetValue(shape)!), values.GetValue(output)!, values.GetValue(minutes), Sections(values.GetValue(only)!));
        }
        catch (EosException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static IReadOnlyList<Section> Sections(string only) => only == "all" ? Section.All : [.. only.Split(',').Select(Section.Named)];

    private static int Run(string device, Shape shape, string folder, double minutes, IReadOnlyList<Section> sections)
    {
        if (!(minutes is > 0 and <= 1440))
            throw new EosException(EosErrors.InvalidOption, $"--minutes is {minutes}; expected more than 0 and at most 1440.");
        var (clock, scale) = (Stopwatch.StartNew(), 60 * minutes / sections.Sum(section => section.Seconds));
        var oneGpu = OneGpu.Variables(device, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));
        var parts = Directory.CreateTempSubdirectory("eos-gpu-");
        try
        {
            var measured = new JsonObject();
            var states = sections.Select(section => new SectionState(section.Name, "not reached", 0, null)).ToArray();
            for (var i = 0; i < states.Length; i++)
            {
                var section = sections[i];
                var left = 60 * minutes - clock.Elapsed.TotalSeconds;
                if (left <= 0)
                    break;
                // Its own share, and whatever those before it did not need.
                var allowance = Math.Min(left, Math.Max(scale * section.Seconds, left - scale * sections.Skip(i + 1).Sum(later => later.Seconds)));
                Console.WriteLine(FormattableString.Invariant($"{section.Name} (at most {allowance:0} s)"));
                var part = Path.Combine(parts.FullName, $"{section.Name}.json");
                states[i] = SectionProcess.Run(section.Name, device, shape.Name, part, TimeSpan.FromSeconds(allowance), [.. oneGpu, .. section.Variables]);
                if (File.Exists(part))
                    measured[section.Name] = JsonNode.Parse(File.ReadAllText(part));
                Console.WriteLine(FormattableString.Invariant($"{section.Name}: {states[i].Outcome} after {states[i].Seconds:0.0} s {states[i].Problem}"));
                GpuReport.Write(folder, Results(measured, device, shape, states, clock));
            }
            return GpuReport.Passed(Results(measured, device, shape, states, clock)) ? 0 : 1;
        }
        finally
        {
            parts.Delete(recursive: true);
        }
    }

    private static GpuResults Results(JsonObject measured, string device, Shape shape, IReadOnlyList<SectionState> states, Stopwatch clock) =>
        measured.Deserialize<GpuResults>(GpuResults.Json)! with
        {
            Date = DateOnly.FromDateTime(DateTime.UtcNow),
            Device = device,
            Shape = shape.Name,
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1),
            Sections = [.. states],
        };
}
