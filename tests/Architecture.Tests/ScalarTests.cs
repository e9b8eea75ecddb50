using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Architecture.Tests;

/// <summary>
/// TorchSharp gives a scalar's handle to libtorch and does not keep the scalar, which may be collected during the call (ADR 2). The
/// analyzer sees the scalars of our own code; these tests see those that TorchSharp makes by itself.
/// </summary>
public class ScalarTests
{
    private const string Scalar = "TorchSharp.Scalar";

    [Theory]
    [InlineData("EosMLNet.Core")]
    [InlineData("EosMLNet")]
    [InlineData("EosMLNet.Cluster")]
    [InlineData("eos")]
    public void No_method_of_TorchSharp_is_called_that_makes_a_scalar_by_itself(string assembly)
    {
        using var torch = Read("TorchSharp");
        using var ours = Read(assembly);
        var makers = Makers(torch);
        Assert.Contains(makers, maker => maker.StartsWith("TorchSharp.torch/Tensor TorchSharp.torch/nn/functional::softplus(", StringComparison.Ordinal));
        var calls = Methods(ours).SelectMany(method => Calls(method).Select(called => (By: method.FullName, Called: called.GetElementMethod().FullName)));
        Assert.Empty(calls.Where(call => makers.Contains(call.Called)).Select(call => $"{call.By} calls {call.Called}"));
    }

    // The methods that make a scalar, or call one that does.
    private static HashSet<string> Makers(ModuleDefinition torch)
    {
        var calls = Methods(torch).Where(method => method.DeclaringType.FullName is not Scalar and not "TorchSharp.ScalarExtensionMethods")
            .Select(method => (method.FullName, Called: Calls(method).Select(called => called.GetElementMethod()).ToArray())).ToArray();
        var makers = calls.Where(method => method.Called.Any(Makes)).Select(method => method.FullName).ToHashSet();
        for (var before = 0; before < makers.Count;)
        {
            before = makers.Count;
            makers.UnionWith(calls.Where(method => method.Called.Any(called => makers.Contains(called.FullName))).Select(method => method.FullName));
        }
        return makers;
    }

    private static bool Makes(MethodReference method) =>
        method.ReturnType.FullName == Scalar && method.Name is "op_Implicit" or "ToScalar"
        || method.DeclaringType.FullName == Scalar && method.Name == ".ctor";

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Where(step => step.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj or Code.Ldftn or Code.Ldvirtftn)
            .Select(step => (MethodReference)step.Operand);

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetAllTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    private static ModuleDefinition Read(string assembly) => ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"));
}
