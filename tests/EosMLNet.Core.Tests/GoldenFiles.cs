namespace EosMLNet.Tests;

/// <summary>Paths of the reference numbers in the folder Golden, which is copied beside the test binary; its README tells what each file holds.</summary>
internal static class GoldenFiles
{
    internal static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Golden");
    /// <summary>A random checkpoint in float32, one file.</summary>
    internal static string TinyLlava => At("tiny-llava");
    /// <summary>The same weights rounded to bfloat16, in two shards.</summary>
    internal static string TinyLlavaSharded => At("tiny-llava-sharded-bf16");

    internal static string At(params string[] parts) => Path.Combine([Folder, .. parts]);
}
