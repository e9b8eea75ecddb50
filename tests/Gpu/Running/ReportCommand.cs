using System.CommandLine;
using System.Text.Json;
using Gpu.Report;

namespace Gpu.Running;

/// <summary><c>report</c>: the page of results that were measured before, or, without any, the empty one.</summary>
internal sealed class ReportCommand : Command
{
    private readonly Option<string?> results = new("--results") { Description = "A gpu.json; without it the page says that nothing was measured.", HelpName = "FILE" };
    private readonly Option<string> output = GpuOptions.Output();

    internal ReportCommand()
        : base("report", "Writes gpu.json and gpu.md from results that are there.")
    {
        Add(results);
        Add(output);
        SetAction(Run);
    }

    private int Run(ParseResult values)
    {
        try
        {
            GpuReport.Write(values.GetValue(output)!, values.GetValue(results) is { } file ? Read(file) : new GpuResults());
            return 0;
        }
        catch (EosException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static GpuResults Read(string file)
    {
        if (!File.Exists(file))
            throw new EosException(EosErrors.FileMissing, $"'{file}' does not exist; name a gpu.json that `all` has written.");
        try
        {
            return JsonSerializer.Deserialize<GpuResults>(File.ReadAllText(file), GpuResults.Json) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.MalformedJson, $"'{file}' is no gpu.json: {e.Message}", e);
        }
    }
}
