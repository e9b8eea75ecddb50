using Mono.Cecil;

namespace EosMLNet.Rewrite.Tests;

/// <summary>The rewrite, on Microsoft's assembly.</summary>
public sealed class MlTorchSharpRewriteTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_copy_uses_no_member_that_TorchSharp_does_not_have()
    {
        Rewrite(Assemblies.Original);
        Assert.Empty(Assemblies.Missing(folder["copy.dll"]));
    }

    [Fact]
    public void Six_methods_differ_and_nothing_else()
    {
        Rewrite(Assemblies.Original);
        using var before = Assemblies.Read(Assemblies.Original);
        using var after = Assemblies.Read(folder["copy.dll"]);
        var (old, now) = (Bodies(before), Bodies(after));
        Assert.Equal(old.Keys.Order(StringComparer.Ordinal), now.Keys.Order(StringComparer.Ordinal));
        string[] changed =
        [
            "AutoFormerV2Block.forward", "FPN.forward",
            "ModelUtils.InitConstant", "ModelUtils.InitNormal", "ModelUtils.InitXavierUniform", "ModelUtils.InitZeros",
        ];
        var differ = old.Keys.Where(method => old[method].Text != now[method].Text);
        Assert.Equal(changed, differ.Select(method => old[method].Name).Order(StringComparer.Ordinal));
        Assert.Equal(before.AssemblyReferences.Select(used => used.FullName), after.AssemblyReferences.Select(used => used.FullName));
        Assert.Equal(before.Resources.Select(resource => resource.Name), after.Resources.Select(resource => resource.Name));
        Assert.Equal(before.Assembly.FullName, after.Assembly.FullName); // ML.NET's friends go by name and key
    }

    [Fact]
    public void The_copy_says_that_it_was_rewritten_and_is_not_signed()
    {
        Rewrite(Assemblies.Original);
        Assert.Equal("0.23.1+a4f730ec0c9106c2c9ef9e1fa34011374115fb98, rewritten by EosMLNet", Assemblies.VersionOf(folder["copy.dll"]));
        using var copy = Assemblies.Read(folder["copy.dll"]);
        Assert.False(copy.Attributes.HasFlag(ModuleAttributes.StrongNameSigned));
    }

    [Fact]
    public void The_build_has_put_such_a_copy_beside_the_tests()
    {
        Rewrite(Assemblies.Original);
        Assert.Equal(File.ReadAllBytes(folder["copy.dll"]), File.ReadAllBytes(Assemblies.Built));
        Assert.Equal(MlTorchSharpRewrite.KnownVersion, Assemblies.VersionOf(Assemblies.Original)); // the package's own file stays as it is
    }

    [Fact]
    public void What_was_rewritten_once_stays_as_it_is()
    {
        Rewrite(Assemblies.Original);
        MlTorchSharpRewrite.Write(folder["copy.dll"], Assemblies.TorchSharp, folder["twice.dll"]);
        Assert.Equal(File.ReadAllBytes(folder["copy.dll"]), File.ReadAllBytes(folder["twice.dll"]));
    }

    [Fact]
    public void Another_version_is_refused_and_nothing_is_written()
    {
        Assemblies.CopyAs("0.24.0+1f2e3d", Assemblies.Original, folder["other.dll"]);
        var message = Refused(folder["other.dll"], Assemblies.TorchSharp);
        Assert.Contains("other.dll' is Microsoft.ML.TorchSharp 0.24.0+1f2e3d; expected Microsoft.ML.TorchSharp 0.23.1+a4f730", message);
    }

    [Fact]
    public void The_known_version_with_other_code_is_refused()
    {
        Rewrite(Assemblies.Original);
        Assemblies.CopyAs(MlTorchSharpRewrite.KnownVersion, folder["copy.dll"], folder["other.dll"]);
        File.Delete(folder["copy.dll"]);
        Assert.Contains("has 0 calls of Dispose in Microsoft.ML.TorchSharp.Utils.ModelUtils; expected 4",
            Refused(folder["other.dll"], Assemblies.TorchSharp));
    }

    [Fact]
    public void A_TorchSharp_without_the_longer_interpolate_is_refused()
    {
        Assemblies.Change(Assemblies.TorchSharp, folder["TorchSharp.dll"], module => module
            .GetType("TorchSharp.torch/nn/functional").Methods
            .Single(method => method.Name == "interpolate" && method.Parameters.Count == 7).Name = "interpolate_otherwise");
        var message = Refused(Assemblies.Original, folder["TorchSharp.dll"]);
        Assert.Contains("is TorchSharp 0.107.0.0 and has no ", message);
        Assert.Contains("expected TorchSharp 0.107.0", message);
    }

    [Fact]
    public void What_is_no_assembly_is_refused() =>
        Assert.Contains("is no .NET assembly", Refused(folder.Write("text.dll", "not an assembly"), Assemblies.TorchSharp));

    // The output folder may hold a hard link to the copy, and a program may run from it.
    [Fact]
    public void A_copy_that_was_there_before_is_replaced_and_not_written_into()
    {
        folder.Write("copy.dll", "older");
        using var file = new FileStream(folder["copy.dll"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        Rewrite(Assemblies.Original);
        Assert.Equal("older", reader.ReadToEnd());
        Assert.Equal(["copy.dll"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_codes_are_the_library_s()
    {
        Assert.Equal(EosMLNet.EosErrors.MlTorchSharp, EosErrors.MlTorchSharp);
        Assert.Equal(EosMLNet.EosErrors.CannotWrite, EosErrors.CannotWrite);
    }

    public void Dispose() => folder.Dispose();

    private void Rewrite(string source) => MlTorchSharpRewrite.Write(source, Assemblies.TorchSharp, folder["copy.dll"]);

    private string Refused(string source, string torchSharp)
    {
        var message = Assert.Throws<MisfitException>(() => MlTorchSharpRewrite.Write(source, torchSharp, folder["copy.dll"])).Message;
        Assert.False(File.Exists(folder["copy.dll"]));
        return message;
    }

    private static Dictionary<string, (string Name, string Text)> Bodies(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods)
            .ToDictionary(method => method.FullName, method => ($"{method.DeclaringType.Name}.{method.Name}", Body(method)));

    private static string Body(MethodDefinition method) =>
        method.HasBody ? string.Join('\n', method.Body.Instructions.Select(each => $"{each.OpCode} {each.Operand}")) : "";
}
