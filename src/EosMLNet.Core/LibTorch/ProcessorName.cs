using System.Runtime.InteropServices;

namespace EosMLNet.LibTorch;

/// <summary>The processor's name, where the system tells it; else its architecture.</summary>
internal static class ProcessorName
{
    internal static string Read()
    {
        const string Facts = "/proc/cpuinfo", Name = "model name";
        var line = File.Exists(Facts) ? File.ReadLines(Facts).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
