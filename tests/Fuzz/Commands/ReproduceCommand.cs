using System.CommandLine;
using Fuzz.Engine;

namespace Fuzz.Commands;

/// <summary><c>reproduce</c>: what a reader does with given files.</summary>
internal sealed class ReproduceCommand : Command
{
    internal ReproduceCommand()
        : base("reproduce", "Gives a reader files, and says what became of each.")
    {
        var target = FuzzOptions.Target();
        var files = new Argument<string[]>("files") { HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
        Add(target);
        Add(files);
        SetAction(values =>
        {
            var faults = 0;
            foreach (var file in values.GetRequiredValue(files))
            {
                var folder = Directory.CreateTempSubdirectory("eos-fuzz-").FullName;
                try
                {
                    var judge = new Judge(values.GetRequiredValue(target), folder);
                    var fault = judge.Try(File.ReadAllBytes(file));
                    faults += fault is null ? 0 : 1;
                    Console.WriteLine($"{file}: {fault?.ToString() ?? (judge.Accepted ? "read" : $"refused: {judge.Refusal}")}");
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            return faults == 0 ? 0 : 1;
        });
    }
}
