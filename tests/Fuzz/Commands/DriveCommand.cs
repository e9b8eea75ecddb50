using System.CommandLine;
using Fuzz.Engine;
using SharpFuzz;

namespace Fuzz.Commands;

/// <summary>
/// <c>drive</c>: the same reader and rules below AFL++ (Debian's package <c>afl++</c>) or libFuzzer (<c>libfuzzer-dotnet</c>, built with
/// clang), which choose the inputs. CONTRIBUTING has the command lines.
/// </summary>
internal sealed class DriveCommand : Command
{
    private const string Afl = "afl", LibFuzzer = "libfuzzer";

    internal DriveCommand()
        : base("drive", "Takes inputs from AFL++ or libFuzzer, which have started this program.")
    {
        var target = FuzzOptions.Target();
        var driver = new Option<string>("--driver") { Description = "Who it is.", Required = true };
        driver.AcceptOnlyFromAmong(Afl, LibFuzzer);
        Add(target);
        Add(driver);
        SetAction(values =>
        {
            var judge = new Judge(values.GetRequiredValue(target), Directory.CreateTempSubdirectory("eos-fuzz-").FullName);
            if (values.GetRequiredValue(driver) == Afl)
            {
                Fuzzer.Run(stream =>
                {
                    using var input = new MemoryStream();
                    stream.CopyTo(input);
                    Judged(input.ToArray());
                });
            }
            else
            {
                Fuzzer.LibFuzzer.Run(input => Judged(input.ToArray()));
            }

            void Judged(byte[] input)
            {
                if (judge.Try(input) is { } fault)
                    throw new InvalidOperationException(fault.ToString());
            }
        });
    }
}
