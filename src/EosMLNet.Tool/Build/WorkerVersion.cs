using System.Reflection;

namespace EosMLNet.Tool.Build;

/// <summary>The version of the search, which has a say in what it finds.</summary>
internal static class WorkerVersion
{
    /// <summary>With the commit, where it was built from one.</summary>
    internal static string Full =>
        typeof(EosException).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The program's own files, which the stamp keeps an eye on.</summary>
    internal static IEnumerable<string> Files =>
        new[] { typeof(WorkerVersion), typeof(VisionLanguageCatalog), typeof(Onnx.OnnxExport), typeof(EosException) }
            .Select(type => type.Assembly)
            .Select(assembly => assembly.Location).Where(path => path.Length > 0);
}
