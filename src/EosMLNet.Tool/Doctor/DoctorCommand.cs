using System.CommandLine;
using EosMLNet.LibTorch;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Doctor;

/// <summary><c>eos doctor</c>: what torch and its surroundings look like on this machine, and what is wrong with them.</summary>
internal sealed class DoctorCommand : EosCommand
{
    private readonly Option<string?> libTorch = CommonOptions.LibTorch();

    public DoctorCommand(EosConsole console)
        : base("doctor", "Prints what EosMLNet finds on this machine, and for each problem its code and remedy.", console) =>
        AddOptions(libTorch);

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var facts = LibTorch.Doctor.Examine(values.GetValue(libTorch));
        foreach (var (name, value) in Lines(facts))
            Console.Line($"{name,-18}{value}");
        foreach (var problem in facts.Problems)
            Console.Diagnostic(problem.IsError ? "error" : "warning",
                $"{problem.Code}: {problem.Message} See build/docs/diagnostics/{problem.Code}.md.");
        if (facts.Problems.Count == 0)
            Console.Line($"No problem found.");
        return (facts.Problems.Any(p => p.IsError) ? ExitCodes.Environment : ExitCodes.Success, facts);
    }

    internal static IEnumerable<(string Name, string Value)> Lines(RuntimeFacts facts)
    {
        yield return ("EosMLNet", typeof(RuntimeFacts).Assembly.GetName().Version!.ToString(3));
        yield return (".NET", facts.DotNet);
        yield return ("Operating system", $"{facts.OperatingSystem}, {facts.Architecture}");
        if (facts.Glibc is not null)
            yield return ("glibc", facts.Glibc);
        if (facts.LibStdCpp is not null)
            yield return ("libstdc++", $"{facts.GlibCxx ?? "of unknown version"}, {facts.LibStdCpp}");
        yield return ("ffmpeg", facts.Ffmpeg ?? "not on the PATH: videos are read from folders of pictures, GIF and WebP files only");
        yield return ("TorchSharp", facts.TorchSharp);
        foreach (var (i, function) in facts.MissingFunctions.Index())
            yield return (i == 0 ? $"Missing: {facts.MissingFunctions.Count}" : "", function);
        if (facts.LibTorchFolder is null)
        {
            yield return ("libtorch", "not loaded");
            yield break;
        }
        yield return ("libtorch",
            $"{facts.LibTorchVersion}, {(facts.UsesExistingLibTorch ? "existing" : "packaged")}, {facts.LibTorchFolder}");
        yield return ("LibTorchSharp",
            facts.UsesCompatibilityCopy ? $"an adjusted copy, for a libstdc++ older than GLIBCXX_3.4.32, of {facts.LibTorchSharp}"
                : $"{facts.LibTorchSharp}");
        yield return ("Devices", string.Join(", ", facts.Devices));
        yield return ("Threads", $"{facts.Threads}");
    }
}
