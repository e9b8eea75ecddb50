using System.Reflection;
using EosMLNet.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Tool.Doctor;

/// <summary>ONNX Runtime as this program has it.</summary>
/// <param name="Binding">The version of its .NET part.</param>
/// <param name="Version">That of its native library; null where the program brings none, as the tool.</param>
/// <param name="Providers">What it can run graphs on.</param>
internal sealed record OnnxRuntimeFacts(string Binding, string? Version, IReadOnlyList<string> Providers)
{
    internal static OnnxRuntimeFacts Read()
    {
        var assembly = typeof(OrtEnv).Assembly;
        var binding = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? $"{assembly.GetName().Version}";
        try
        {
            OnnxTelemetry.SwitchOff();
            return new(binding, OrtEnv.Instance().GetVersionString(), OrtEnv.Instance().GetAvailableProviders());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            return new(binding, null, []);
        }
    }
}
