using System.Diagnostics;
using System.Globalization;
using EosMLNet.Tests;

namespace Benchmarks.Peers;

/// <summary>llama.cpp in a process of its own (tests/LlamaCppPeer), which is built when it is first needed.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private readonly Process process;

    /// <param name="model">A GGUF file.</param>
    /// <param name="threads">How many threads it has.</param>
    internal LlamaCpp(string model, int threads)
    {
        process = Process.Start(new ProcessStartInfo("dotnet", ["run", "--project", Repository.At("tests", "LlamaCppPeer"), "-c", "Release", "--", model, $"{threads}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        while (Read() is var line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                Description = line["ready ".Length..].Trim();
                break;
            }
        }
    }

    /// <summary>What it says of itself: the instructions that it uses.</summary>
    internal string Description { get; } = "";

    /// <summary>Seconds from token ids to the logits behind the last.</summary>
    internal double Prefill(int tokens) => Ask($"prefill {tokens}");

    /// <summary>Seconds of further tokens, one by one.</summary>
    internal double Decode(int behind, int tokens) => Ask($"decode {behind} {tokens}");

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(30)))
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private double Ask(string question)
    {
        process.StandardInput.WriteLine(question);
        process.StandardInput.Flush();
        return double.Parse(Read(), CultureInfo.InvariantCulture);
    }

    private string Read() => process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The program with llama.cpp has ended; what it wrote stands above.");
}
