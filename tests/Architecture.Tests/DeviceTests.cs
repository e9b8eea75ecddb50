using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>Numbers go to a device and come from it by one way each.</summary>
public partial class DeviceTests
{
    private static readonly string Root = Repository.At("src", "EosMLNet.Core");
    // What may run on a GPU. Weights are read from files and tried on the CPU in Tensors.
    private static readonly string[] Folders = ["Evaluation", "Execution", "Latency", "Models", "Operator", "Search"];

    // TorchSharp's own way waits until the GPU has taken them.
    [Fact]
    public void Arrays_become_tensors_of_a_device_by_Upload_alone() =>
        AssertNone(text => TensorOnDevice().Matches(text).Select(match => $"{match.Value}; write tensor(…).Upload(device)"), ".Upload(");

    // TorchSharp reads no tensor of a GPU: it throws.
    [Fact]
    public void Numbers_are_read_behind_cpu_alone() =>
        AssertNone(text => text.Split('\n').Where(line => Read().IsMatch(line) && !line.Contains(".cpu()") && !line.Contains("file.Read(")), ".cpu()");

    private static void AssertNone(Func<string, IEnumerable<string>> find, string way)
    {
        var files = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => (Name: Path.GetRelativePath(Root, file), Text: File.ReadAllText(file))).ToArray();
        Assert.True(files.Count(file => file.Text.Contains(way, StringComparison.Ordinal)) >= 8, $"few files have '{way}'");
        var wrong = files.SelectMany(file => find(file.Text).Select(found => $"{file.Name}: {found.Trim()}"));
        Assert.True(!wrong.Any(), string.Join("\n", wrong));
    }

    // torch.tensor with a device among its arguments.
    [GeneratedRegex(@"(?<![\w.])tensor\((?:[^;()]|\((?:[^()]|\([^()]*\))*\))*\bdevice\b")]
    private static partial Regex TensorOnDevice();

    [GeneratedRegex(@"\.(item|data)<")]
    private static partial Regex Read();
}
