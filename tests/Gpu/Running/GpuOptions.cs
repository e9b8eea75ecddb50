using System.CommandLine;

namespace Gpu.Running;

/// <summary>Options that several commands have.</summary>
internal static class GpuOptions
{
    internal static Option<string> Device() => new("--device") { Description = "Where to measure: cuda, cuda:N or cpu.", DefaultValueFactory = _ => "cuda" };

    internal static Option<string> Shape() => new("--shape") { Description = "The model: 7b, the shape of LLaVA-1.5-7B, or tiny, to try the program.", DefaultValueFactory = _ => "7b" };

    internal static Option<string> Output() => new("--output") { Description = "Where gpu.json and gpu.md go.", HelpName = "DIR", DefaultValueFactory = _ => "." };
}
