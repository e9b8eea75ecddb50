// Types that were here until 0.2 and need no torch: what was compiled against them here finds them.
using System.Runtime.CompilerServices;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Search;
using EosMLNet.Tensors;

#pragma warning disable RS0041 // what the compiler writes into a record struct says nothing of null
[assembly: TypeForwardedTo(typeof(AnswerComparison))]
[assembly: TypeForwardedTo(typeof(BootstrapInterval))]
[assembly: TypeForwardedTo(typeof(ModelDataType))]
[assembly: TypeForwardedTo(typeof(OptionNaming))]
[assembly: TypeForwardedTo(typeof(PairedBootstrap))]
