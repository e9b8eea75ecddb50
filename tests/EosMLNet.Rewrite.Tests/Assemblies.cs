using Mono.Cecil;

// Trainers set torch's random numbers, which are process-wide: tests run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EosMLNet.Rewrite.Tests;

/// <summary>The assemblies that the tests are about, and changed copies of them.</summary>
internal static class Assemblies
{
    /// <summary>Microsoft.ML.TorchSharp.dll as it is in the package.</summary>
    internal static string Original { get; } = Beside("original", "Microsoft.ML.TorchSharp.dll");

    /// <summary>The one that the build has put beside the tests.</summary>
    internal static string Built { get; } = Beside("Microsoft.ML.TorchSharp.dll");

    internal static string TorchSharp { get; } = Beside("TorchSharp.dll");

    internal static ModuleDefinition Read(string path) => ModuleDefinition.ReadModule(path, new ReaderParameters { InMemory = true });

    internal static string VersionOf(string path)
    {
        using var module = Read(path);
        return (string)Version(module).ConstructorArguments[0].Value;
    }

    /// <summary>A copy that says that it is another version.</summary>
    internal static void CopyAs(string version, string from, string to) => Change(from, to, module =>
        Version(module).ConstructorArguments[0] = new CustomAttributeArgument(module.TypeSystem.String, version));

    internal static void Change(string from, string to, Action<ModuleDefinition> change)
    {
        using var module = Read(from);
        change(module);
        module.Write(to);
    }

    /// <summary>Members of TorchSharp that the assembly uses and that TorchSharp does not have.</summary>
    internal static IReadOnlyList<string> Missing(string path)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
        var used = module.GetMemberReferences().Where(member => member.DeclaringType.GetElementType().Scope.Name == "TorchSharp").ToList();
        Assert.NotEmpty(used);
        return [.. used.Where(member => member.Resolve() is null).Select(member => member.FullName)];
    }

    private static CustomAttribute Version(ModuleDefinition module) =>
        module.Assembly.CustomAttributes.Single(attribute => attribute.AttributeType.Name == "AssemblyInformationalVersionAttribute");

    private static string Beside(params string[] parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);
}
