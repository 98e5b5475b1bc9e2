"""Texts as programs write them, for readers of the model side."""

from __future__ import annotations

NAMES = ("gamma", "alpha1", "beta_x")
ROWS = (
    "MIPSITAY-KNGLKIEFTFERSNTNPSVTVITIQASNSTELDMTDFVFQAAVPKTFQLQLLSPSS",
    "MLPSVTAYDKNGLKIDFTFERSNTNPSITVITIQATNSTE--MTDFVFQAAVPKTFQLQLLSPSS",
    "--PSVTAYDKNG-KIDFTFERSNTQPSITVITIQATNSTE--MTDFVFQAAVPKTFQLQLLAPSS",
)

CLUSTAL = """CLUSTAL X (1.81) multiple sequence alignment


gamma                               MIPSITAY-KNGLKIEFTFERSNTNPSVTVITIQASNSTELDMTDFVFQA 49
alpha1                              MLPSVTAYDKNGLKIDFTFERSNTNPSITVITIQATNSTE--MTDFVFQA 48
beta_x                              --PSVTAYDKNG-KIDFTFERSNTQPSITVITIQATNSTE--MTDFVFQA 45
                                      **:*** *** **:********:**:*******:****  ********

gamma                               AVPKTFQLQLLSPSS 64
alpha1                              AVPKTFQLQLLSPSS 63
beta_x                              AVPKTFQLQLLAPSS 60
                                    ***********:***
"""

PHYLIP = """ 3 65
gamma      MIPSITAY-K NGLKIEFTFE RSNTNPSVTV ITIQASNSTE LDMTDFVFQA
alpha1     MLPSVTAYDK NGLKIDFTFE RSNTNPSITV ITIQATNSTE --MTDFVFQA
beta_x     --PSVTAYDK NG-KIDFTFE RSNTQPSITV ITIQATNSTE --MTDFVFQA

           AVPKTFQLQL LSPSS
           AVPKTFQLQL LSPSS
           AVPKTFQLQL LAPSS
"""

PHYLIP_STRICT = """3 65
gamma     MIPSITAY-KNGLKIEFTFERSNTNPSVTVITIQASNSTELDMTDFVFQAAVPKTFQLQLLSPSS
alpha1    MLPSVTAYDKNGLKIDFTFERSNTNPSITVITIQATNSTE--MTDFVFQAAVPKTFQLQLLSPSS
beta_x    --PSVTAYDKNG-KIDFTFERSNTQPSITVITIQATNSTE--MTDFVFQAAVPKTFQLQLLAPSS
"""

PHYLIP_SEQUENTIAL = """3 65
gamma
MIPSITAY-KNGLKIEFTFERSNTNPSVTVITIQASNSTE
LDMTDFVFQAAVPKTFQLQLLSPSS
alpha1
MLPSVTAYDKNGLKIDFTFERSNTNPSITVITIQATNSTE
--MTDFVFQAAVPKTFQLQLLSPSS
beta_x
--PSVTAYDKNG-KIDFTFERSNTQPSITVITIQATNSTE
--MTDFVFQAAVPKTFQLQLLAPSS
"""

STOCKHOLM = """# STOCKHOLM 1.0
#=GF ID ear
#=GF SQ 3
gamma  MIPSITAY-KNGLKIEFTFERSNTNPSVTVITIQASNSTE
alpha1 MLPSVTAYDKNGLKIDFTFERSNTNPSITVITIQATNSTE
#=GS alpha1 DE of a mouse
beta_x ..PSVTAYDKNG-KIDFTFERSNTQPSITVITIQATNSTE

gamma  LDMTDFVFQAAVPKTFQLQLLSPSS
alpha1 --MTDFVFQAAVPKTFQLQLLSPSS
beta_x --MTDFVFQAAVPKTFQLQLLAPSS
#=GC seq_cons ..MTDFVFQAAVPKTFQLQLLsPSS
//
"""

MSF = """!!AA_MULTIPLE_ALIGNMENT 1.0

   ear.msf  MSF: 65  Type: P  November 23, 2026  10:00  Check: 1234 ..

 Name: gamma    Len:    65  Check: 7236  Weight:  1.00
 Name: alpha1   Len:    65  Check: 7236  Weight:  1.00
 Name: beta_x   Len:    65  Check: 7236  Weight:  1.00

//

         1                                                   50
 gamma   MIPSITAY.K NGLKIEFTFE RSNTNPSVTV ITIQASNSTE LDMTDFVFQA
alpha1   MLPSVTAYDK NGLKIDFTFE RSNTNPSITV ITIQATNSTE ..MTDFVFQA
beta_x   ~~PSVTAYDK NG.KIDFTFE RSNTQPSITV ITIQATNSTE ..MTDFVFQA

         51          65
 gamma   AVPKTFQLQL LSPSS
alpha1   AVPKTFQLQL LSPSS
beta_x   AVPKTFQLQL LAPSS
"""

FASTA = "".join(f">{name} a domain\n{row[:40]}\n{row[40:]}\n" for name, row in zip(NAMES, ROWS, strict=True))
PIR = "".join(f">P1;{name}\na domain\n{row}*\n" for name, row in zip(NAMES, ROWS, strict=True))
ALIGNMENTS = {
    "Clustal": CLUSTAL,
    "PHYLIP": PHYLIP,
    "PHYLIP strict": PHYLIP_STRICT,
    "PHYLIP sequential": PHYLIP_SEQUENTIAL,
    "Stockholm": STOCKHOLM,
    "MSF": MSF,
    "FASTA": FASTA,
    "PIR": PIR,
}

BLAST_XML = """<?xml version="1.0"?>
<!DOCTYPE BlastOutput PUBLIC "-//NCBI//NCBI BlastOutput/EN" "http://www.ncbi.nlm.nih.gov/dtd/NCBI_BlastOutput.dtd">
<BlastOutput>
  <BlastOutput_program>blastp</BlastOutput_program>
  <BlastOutput_version>BLASTP 2.9.0+</BlastOutput_version>
  <BlastOutput_db>pdbaa</BlastOutput_db>
  <BlastOutput_query-ID>Query_1</BlastOutput_query-ID>
  <BlastOutput_query-def>gamma the ear of adaptin</BlastOutput_query-def>
  <BlastOutput_query-len>134</BlastOutput_query-len>
  <BlastOutput_iterations>
    <Iteration>
      <Iteration_iter-num>1</Iteration_iter-num>
      <Iteration_query-ID>Query_1</Iteration_query-ID>
      <Iteration_query-def>gamma the ear of adaptin</Iteration_query-def>
      <Iteration_hits>
        <Hit>
          <Hit_num>1</Hit_num>
          <Hit_id>pdb|1GYU|A</Hit_id>
          <Hit_def>Chain A, Adapter-related protein complex</Hit_def>
          <Hit_accession>1GYU_A</Hit_accession>
          <Hit_len>140</Hit_len>
          <Hit_hsps>
            <Hsp>
              <Hsp_num>1</Hsp_num>
              <Hsp_bit-score>88.2</Hsp_bit-score>
              <Hsp_evalue>1.99275e-46</Hsp_evalue>
              <Hsp_query-from>15</Hsp_query-from>
              <Hsp_query-to>34</Hsp_query-to>
              <Hsp_hit-from>21</Hsp_hit-from>
              <Hsp_hit-to>39</Hsp_hit-to>
              <Hsp_identity>17</Hsp_identity>
              <Hsp_align-len>20</Hsp_align-len>
              <Hsp_qseq>MIPSITAYSKNGLKIEFTFE</Hsp_qseq>
              <Hsp_hseq>MIPSVTAYSK-GLKIDFTFE</Hsp_hseq>
              <Hsp_midline>MIPS+TAYSK GLKI+FTFE</Hsp_midline>
            </Hsp>
          </Hit_hsps>
        </Hit>
        <Hit>
          <Hit_num>2</Hit_num>
          <Hit_id>gnl|BL_ORD_ID|7</Hit_id>
          <Hit_def>homologue of a yeast</Hit_def>
          <Hit_accession>7</Hit_accession>
          <Hit_len>99</Hit_len>
          <Hit_hsps>
            <Hsp>
              <Hsp_num>1</Hsp_num>
              <Hsp_bit-score>20.1</Hsp_bit-score>
              <Hsp_evalue>7.1</Hsp_evalue>
              <Hsp_query-from>25</Hsp_query-from>
              <Hsp_query-to>30</Hsp_query-to>
              <Hsp_hit-from>1</Hsp_hit-from>
              <Hsp_hit-to>6</Hsp_hit-to>
              <Hsp_identity>3</Hsp_identity>
              <Hsp_align-len>6</Hsp_align-len>
              <Hsp_qseq>NGLKIE</Hsp_qseq>
              <Hsp_hseq>DGIKLE</Hsp_hseq>
            </Hsp>
          </Hit_hsps>
        </Hit>
      </Iteration_hits>
    </Iteration>
  </BlastOutput_iterations>
</BlastOutput>
"""

BLAST_TABLE = (
    "# BLASTP 2.9.0+\n# Query: gamma the ear of adaptin\n# Database: pdbaa\n"
    "# Fields: query acc.ver, subject acc.ver, % identity, alignment length, mismatches, gap opens, q. start, q. end, "
    "s. start, s. end, evalue, bit score\n# 2 hits found\n"
    "gamma\t1GYU_A\t85.000\t20\t2\t1\t15\t34\t21\t39\t1.99e-46\t88.2\n"
    "gamma\thomologue\t50.000\t6\t3\t0\t25\t30\t1\t6\t7.1\t20.1\n"
    "# BLAST processed 1 queries\n"
)

BLAST_TEXT = """BLASTP 2.9.0+


Reference: Stephen F. Altschul, Thomas L. Madden, Alejandro A. Schaffer,
"Gapped BLAST and PSI-BLAST", Nucleic Acids Res. 25:3389-3402.


Database: pdbaa
           85,123 sequences; 19,123,456 total letters


Query= gamma the ear of adaptin

Length=134
                                                                      Score        E
Sequences producing significant alignments:                          (Bits)     Value

pdb|1GYU|A Chain A, Adapter-related protein complex                   88.2       2e-46
homologue of a yeast                                                  20.1       7.1


>pdb|1GYU|A Chain A, Adapter-related protein
complex
Length=140

 Score = 88.2 bits (217),  Expect = 2e-46, Method: Compositional matrix adjust.
 Identities = 17/20 (85%), Positives = 19/20 (95%), Gaps = 1/20 (5%)

Query  15  MIPSITAYSKNG  26
           MIPS+TAYSK G
Sbjct  21  MIPSVTAYSK-G  31

Query  27  LKIEFTFE  34
           LKI+FTFE
Sbjct  32  LKIDFTFE  39


>homologue of a yeast
Length=99

 Score = 20.1 bits (45),  Expect = 7.1
 Identities = 3/6 (50%), Positives = 6/6 (100%), Gaps = 0/6 (0%)

Query  25  NGLKIE  30
           +G+K+E
Sbjct  1   DGIKLE  6



Lambda      K        H
   0.320    0.134    0.391

Effective search space used: 1234567
"""

HHR = """Query         gamma
Match_columns 134
No_of_seqs    156 out of 405
Neff          8.3
Searched_HMMs 34
Date          Mon Nov 23 16:34:13 2026
Command       hhsearch -i gamma.a3m -d /pdb70

 No Hit                             Prob E-value P-value  Score    SS Cols Query HMM  Template HMM
  1 1gyu_A Adapter-related protein 100.0 3.7E-34 4.8E-38  210.3   0.0   20   15-34     21-39  (140)
  2 d1qtsa1 b.1.10.1 (A:692-824) A  97.1 1.1E-05 1.4E-09   60.4   0.0    6   25-30      1-6   (133)

No 1
>1gyu_A Adapter-related protein complex; ear domain; 1.81A {Mus musculus}
Probab=99.95  E-value=3.7e-34  Score=210.31  Aligned_cols=19  Identities=89%  Similarity=2.050  Sum_probs=16.9

Q ss_pred             CCCcEEEEECCC
Q gamma            15 MIPSITAYSKNG   26 (134)
Q Consensus        15 ~ip~itay~~~g   26 (134)
                      +||++++|+..|
T Consensus        21 ~~p~~~~~~~-g   31 (140)
T 1gyu_A           21 MIPSVTAYSK-G   31 (140)
T ss_dssp             BCCEEEEECT-T
T ss_pred             CCCcEEEEcC-C
Confidence            4678888886 4


Q ss_pred             EEEEEEec
Q gamma            27 LKIEFTFE   34 (134)
Q Consensus        27 l~i~~~~~   34 (134)
                      ++|.|.++
T Consensus        32 l~i~~~~~   39 (140)
T 1gyu_A           32 LKIDFTFE   39 (140)
T ss_dssp             EEEEEEEE
T ss_pred             eEEEEEEE
Confidence            56777766


No 2
>d1qtsa1 b.1.10.1 (A:692-824) Alpha-adaptin {Mouse (Mus musculus)}
Probab=97.10  E-value=1.1e-05  Score=60.44  Aligned_cols=6  Identities=50%  Similarity=1.254  Sum_probs=5.8

Q gamma            25 NGLKIE   30 (134)
Q Consensus        25 ~gl~i~   30 (134)
T Consensus         1 ~gi~l~    6 (133)
T d1qtsa1           1 DGIKLE    6 (133)


Done!
"""

MOLFILE = """acetate
  xtalflow 3D

  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    1.5000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    2.1000    1.0500    0.0000 O   0  0  0  0  0  0  0  0  0  0  0  0
    2.1000   -1.0500    0.0000 O   0  5  0  0  0  0  0  0  0  0  0  0
  1  2  1  0  0  0  0
  2  3  2  0  0  0  0
  2  4  1  0  0  0  0
M  CHG  1   4  -1
M  END
"""

MOLFILE_V3000 = """acetate
  xtalflow 3D

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 4 3 0 0 0
M  V30 BEGIN ATOM
M  V30 1 C 0 0 0 0
M  V30 2 C 1.5 0 0 0
M  V30 3 O 2.1 1.05 0 0
M  V30 4 O 2.1 -1.05 -
M  V30 0 0 CHG=-1
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 1 2
M  V30 2 2 2 3
M  V30 3 1 2 4
M  V30 END BOND
M  V30 END CTAB
M  END
"""

MOL2 = """# made by hand
@<TRIPOS>MOLECULE
ethanol
 3 2 0 0 0
SMALL
NO_CHARGES

@<TRIPOS>ATOM
      1 C1          0.0000    0.0000    0.0000 C.3     1  ETH  0.0000
      2 C2          1.5000    0.0000    0.0000 C.3     1  ETH  0.0000
      3 O1          2.0000    1.3000    0.0000 O.3     1  ETH  0.0000
@<TRIPOS>BOND
     1     1     2    1
     2     2     3    1
"""

TLS = """REFMAC

TLS    Chain A, the core
RANGE  'A   1.' 'A  96.' ALL
RANGE  'A 100.' 'A 120.' ALL
ORIGIN   -3.680   0.700  11.039
T    -0.0161 -0.1041 -0.0362  0.0121  0.0497  0.0194
L     1.9572  2.9920  2.5163  0.3999 -0.3219  0.1108
S     0.0066 -0.0199  0.0299 -0.0444 -0.1246 -0.0684  0.0286  0.0062

TLS    Chain B
RANGE  'B   1.' 'B  96.' ALL
"""

KEYWORDS = """# how to refine
make hydr all -
     hout no
NCYC 20
weight auto ! the default
refi type rest meth cgmat
"""

RESTRAINTS = """external use main
exte dist first chain C resi 23 ins . atom N6 second chain C resi 12 ins . atom O4 value 2.94 sigma 0.15 type 1
exte dist first chain C resi 23 ins . atom N1 second chain C resi 12 ins . atom N3 value 2.84 sigma 0.1 type 1
exte torsion first chain C resi 23 atom C2 next chain C resi 23 atom N1 next chain C resi 12 atom N3 -
     next chain C resi 12 atom C4 value 180.0 sigma 15 period 1
external dmax 4.2
"""
