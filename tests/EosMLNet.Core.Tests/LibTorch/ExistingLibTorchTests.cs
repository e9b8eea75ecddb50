using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using TorchSharp;

namespace EosMLNet.Tests.LibTorch;

public sealed class ExistingLibTorchTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("eos-libtorch-");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public void The_expected_version_is_the_one_TorchSharp_was_compiled_for() => Assert.StartsWith(ExistingLibTorch.ExpectedVersion, torch.__version__);

    [Fact]
    public void The_loaded_libtorch_reports_the_expected_version()
    {
        var handle = NativeLibrary.Load(LoadedLibraries.Find("torch_cpu")!);
        Assert.Equal(ExistingLibTorch.ExpectedVersion, ExistingLibTorch.ReportedVersion(handle));
    }

    [Fact]
    public void Every_function_that_TorchSharp_calls_is_found_in_the_loaded_libtorch()
    {
        if (!OperatingSystem.IsLinux())
            return; // the check reads ELF
        var imports = ElfSymbols.LibTorchImports(CompatibilityCopy.FindOriginal()!);
        var handle = NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(LoadedLibraries.Find("torch_cpu"))!, "libtorch.so"));
        Assert.True(imports.Count > 1000);
        Assert.All(imports, symbol => Assert.True(NativeLibrary.TryGetExport(handle, symbol, out _), symbol));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var folder = Path.Combine(root.FullName, "nowhere");
        AssertUnfit(folder, folder);
    }

    [Fact]
    public void Missing_files_are_named()
    {
        Touch(root.FullName, "c10");
        AssertUnfit(root.FullName, $"it lacks {ExistingLibTorch.FileName("torch_cpu")}, {ExistingLibTorch.FileName("torch")}");
    }

    [Fact]
    public void The_lib_folder_is_found_inside_the_Python_package()
    {
        var lib = FakePackage(version: "2.10.1+cu128");
        Assert.Equal(lib, ExistingLibTorch.Locate(root.FullName));
        Assert.Equal(lib, ExistingLibTorch.Locate(lib));
    }

    [Theory]
    [InlineData("2.7.1+cpu", "2.7.1")]
    [InlineData("2.1.0", "2.1.0")]
    [InlineData("2.100.0", "2.100.0")]
    public void Another_version_is_refused_before_it_is_loaded(string version, string found) =>
        AssertUnfit(FakePackage(version), $"it is libtorch {found}");

    [Fact]
    public void A_process_keeps_the_libtorch_it_has_loaded()
    {
        var error = Assert.Throws<EosException>(() => TorchRuntime.EnsureLoaded(FakePackage("2.10.0")));
        Assert.Equal(EosErrors.LibTorch, error.Code);
        Assert.Contains("this process has loaded the packaged one", error.Message);
        TorchRuntime.EnsureLoaded();
    }

    // libc10 has few of the functions that TorchSharp calls: what it lacks stands for another version's gaps.
    [Fact]
    public void Every_missing_function_is_found_not_the_first_alone()
    {
        if (!OperatingSystem.IsLinux())
            return; // other loaders need no such look
        var sharp = CompatibilityCopy.FindOriginal()!;
        var all = ElfSymbols.LibTorchImports(sharp).ToArray();
        Assert.Empty(ExistingLibTorch.Absent(NativeLibrary.Load(LoadedLibraries.Find("torch_cpu")!), sharp));
        var absent = ExistingLibTorch.Absent(NativeLibrary.Load(LoadedLibraries.Find("c10")!), sharp);
        Assert.Equal(all.Where(name => name.StartsWith("_ZN2at4_ops", StringComparison.Ordinal)), absent.Where(name => name.StartsWith("_ZN2at4_ops", StringComparison.Ordinal)));
        Assert.InRange(absent.Count, 500, all.Length - 1);
    }

    [Fact]
    public async Task Loading_from_many_threads_is_loading_once() =>
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(TorchRuntime.EnsureLoaded)));

    private static void AssertUnfit(string folder, string reason)
    {
        var error = Assert.Throws<EosException>(() => ExistingLibTorch.Locate(folder));
        Assert.Equal(EosErrors.LibTorch, error.Code);
        Assert.Contains(reason, error.Message);
        Assert.Contains($"Expected libtorch {ExistingLibTorch.ExpectedVersion}", error.Message);
    }

    private string FakePackage(string version)
    {
        var lib = root.CreateSubdirectory("lib").FullName;
        foreach (var name in new[] { "c10", "torch_cpu", "torch" })
            Touch(lib, name);
        File.WriteAllText(Path.Combine(root.FullName, "version.py"), $"from typing import Optional\n__version__ = '{version}'\n");
        return lib;
    }

    private static void Touch(string folder, string library) => File.WriteAllText(Path.Combine(folder, ExistingLibTorch.FileName(library)), "");
}
