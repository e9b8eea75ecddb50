using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Doctor;

/// <summary><c>eos doctor</c>: what this machine and the program's surroundings look like, and what is wrong with them.</summary>
internal sealed class DoctorCommand : EosCommand
{
    private const string Issues = "https://github.com/eosmlnet/eosmlnet/issues";

    private readonly Option<string?> libTorch = CommonOptions.LibTorch();

    public DoctorCommand(EosConsole console)
        : base("doctor", "Prints what EosMLNet finds on this machine, and for each problem its code and remedy.", console) =>
        AddOptions(libTorch);

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var report = DoctorReport.Of(LibTorch.Doctor.Examine(values.GetValue(libTorch)));
        foreach (var (name, value) in DoctorLines.Of(report))
            Console.Line($"{name,-18}{value}");
        foreach (var problem in report.Problems)
            Console.Diagnostic(problem.IsError ? "error" : "warning",
                $"{problem.Code}: {problem.Message} See build/docs/diagnostics/{problem.Code}.md.");
        if (report.Problems.Count == 0)
            Console.Line($"No problem found.");
        Console.Line($"Paste all of this into an issue, once you have read it for what is private: {Issues}");
        return (report.Problems.Any(problem => problem.IsError) ? ExitCodes.Environment : ExitCodes.Success, report.ToJson());
    }
}
