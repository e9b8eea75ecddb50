using System.CommandLine;
using System.Text.Json;
using Gpu.Report;
using Gpu.Sections;
using Gpu.Shapes;

namespace Gpu.Running;

/// <summary><c>section</c>: one section alone.</summary>
internal sealed class SectionCommand : Command
{
    private readonly Argument<string> name = new("name") { Description = $"One of {Section.Names}." };
    private readonly Option<string> part = new("--part") { Description = "The file that its results go to.", HelpName = "FILE", Required = true };
    private readonly Option<string> device = GpuOptions.Device(), shape = GpuOptions.Shape();

    internal SectionCommand()
        : base("section", "Measures one section.")
    {
        Add(name);
        foreach (var option in new[] { part, device, shape })
            Add(option);
        SetAction(Run);
    }

    private int Run(ParseResult values)
    {
        try
        {
            var section = Section.Named(values.GetRequiredValue(name));
            var file = values.GetRequiredValue(part);
            section.Measure(new Bench(values.GetValue(device)!, Shape.Of(values.GetValue(shape)!)), known => AtomicFile.WriteText(file, JsonSerializer.Serialize(known, GpuResults.Json)));
            return 0;
        }
        catch (Exception e) // whatever it is, the run goes on with the next section; the last line goes into the report
        {
            if (e is not EosException)
                Console.Error.WriteLine(e);
            Console.Error.WriteLine(e.Message.Split('\n')[0]);
            return 1;
        }
    }
}
