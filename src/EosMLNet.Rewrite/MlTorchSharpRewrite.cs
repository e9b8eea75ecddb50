using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EosMLNet.Rewrite;

/// <summary>
/// Makes a copy of Microsoft.ML.TorchSharp 0.23.1 that trains, saves and loads beside TorchSharp 0.107. The original was built for
/// TorchSharp 0.102.7. Since then <c>torch.nn.init</c> returns the very tensor that it got: what the assembly disposes behind each call
/// is a parameter of its model. And <c>interpolate</c> has one parameter more.
/// </summary>
internal static class MlTorchSharpRewrite
{
    /// <summary>What the assembly says of itself: the package's version, and the commit that it was built from.</summary>
    internal const string KnownVersion = "0.23.1+a4f730ec0c9106c2c9ef9e1fa34011374115fb98";

    /// <summary>Stands behind the version of a rewritten assembly.</summary>
    internal const string Mark = ", rewritten by EosMLNet";

    private const string Initialisers = "Microsoft.ML.TorchSharp.Utils.ModelUtils";
    private const string Functions = "TorchSharp.torch/nn/functional";

    /// <summary>Writes the copy. A file that was rewritten before is copied as it is.</summary>
    /// <param name="source">Microsoft.ML.TorchSharp.dll.</param>
    /// <param name="torchSharp">The TorchSharp.dll that it will run beside.</param>
    /// <param name="target">The copy.</param>
    /// <exception cref="MisfitException">One of the two files is another version.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    internal static void Write(string source, string torchSharp, string target)
    {
        using var module = Read(source);
        var version = Version(module);
        if (version == KnownVersion + Mark)
        {
            WriteWhole(temporary => File.Copy(source, temporary), target);
            return;
        }
        if (version != KnownVersion)
            throw new MisfitException(
                $"'{source}' is {module.Assembly.Name.Name} {version}; expected Microsoft.ML.TorchSharp {KnownVersion}.");
        KeepParameters(module);
        using (var torch = Read(torchSharp))
            PassOneMore(module, torch);
        SetVersion(module, version + Mark);
        module.Attributes &= ~ModuleAttributes.StrongNameSigned; // Microsoft's signature was for other bytes
        WriteWhole(temporary => module.Write(temporary, new WriterParameters { DeterministicMvid = true }), target);
    }

    // using var tensor = torch.nn.init.zeros_(parameter);   becomes   var tensor = torch.nn.init.zeros_(parameter);
    private static void KeepParameters(ModuleDefinition module)
    {
        var disposals = Calls(module, nameof(IDisposable.Dispose)).Where(at =>
            at.Method.DeclaringType.FullName == Initialisers && at.Method.Name.StartsWith("Init", StringComparison.Ordinal)).ToList();
        Expect(4, disposals.Count, $"calls of Dispose in {Initialisers}");
        foreach (var (_, instruction, _) in disposals)
            (instruction.OpCode, instruction.Operand) = (OpCodes.Pop, null);
    }

    // interpolate(x, …)   becomes   interpolate(x, …, antialias: false)
    private static void PassOneMore(ModuleDefinition module, ModuleDefinition torch)
    {
        var calls = Calls(module, "interpolate").Where(at => at.Call.DeclaringType.FullName == Functions).ToList();
        Expect(2, calls.Count, $"calls of {Functions}.interpolate");
        foreach (var (method, instruction, call) in calls)
        {
            var longer = new MethodReference(call.Name, call.ReturnType, call.DeclaringType);
            foreach (var parameter in call.Parameters)
                longer.Parameters.Add(new ParameterDefinition(parameter.ParameterType));
            longer.Parameters.Add(new ParameterDefinition(module.TypeSystem.Boolean));
            if (torch.GetType(Functions)?.Methods.Any(candidate => candidate.FullName == longer.FullName) != true)
                throw new MisfitException($"'{torch.FileName}' is {torch.Assembly.Name.Name} {torch.Assembly.Name.Version} and has no "
                    + $"'{longer.FullName}'; expected TorchSharp 0.107.0.");
            method.Body.GetILProcessor().InsertBefore(instruction, Instruction.Create(OpCodes.Ldc_I4_0));
            instruction.Operand = longer;
        }
    }

    private static IEnumerable<(MethodDefinition Method, Instruction Instruction, MethodReference Call)> Calls(
        ModuleDefinition module, string name) =>
        from type in module.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        let call = instruction.Operand as MethodReference
        where call?.Name == name
        select (method, instruction, call);

    private static void Expect(int expected, int found, string what)
    {
        if (found != expected)
            throw new MisfitException($"The assembly has {found} {what}; expected {expected}.");
    }

    private static ModuleDefinition Read(string path)
    {
        try
        {
            return ModuleDefinition.ReadModule(path, new ReaderParameters { InMemory = true });
        }
        catch (BadImageFormatException e)
        {
            throw new MisfitException($"'{path}' is no .NET assembly: {e.Message}");
        }
    }

    private static string Version(ModuleDefinition module) =>
        Attribute(module)?.ConstructorArguments[0].Value as string ?? "without a version";

    private static void SetVersion(ModuleDefinition module, string version) =>
        Attribute(module)!.ConstructorArguments[0] = new CustomAttributeArgument(module.TypeSystem.String, version);

    private static CustomAttribute? Attribute(ModuleDefinition module) => module.Assembly.CustomAttributes
        .FirstOrDefault(attribute => attribute.AttributeType.Name == nameof(System.Reflection.AssemblyInformationalVersionAttribute));

    // Builds may run side by side: nobody may see half a file. A new file, since the output folder may hold a hard link to an older copy.
    private static void WriteWhole(Action<string> write, string target)
    {
        var temporary = $"{target}.{Guid.NewGuid():N}";
        try
        {
            write(temporary);
            File.Delete(target);
            File.Move(temporary, target);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
