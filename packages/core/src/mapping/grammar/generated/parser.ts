// Generated from mapping.grammar by scripts/buildGrammar.mjs. Do not edit.
import { LRParser } from "@lezer/lr";
import { textTokenizer } from "../textTokenizer.ts";
const spec_identifier = { __proto__: null, not: 78, and: 80, or: 82 };
export const mappingParser = LRParser.deserialize({
  version: 14,
  states:
    "'OQVOROOOvQQO'#C_OOOP'#C{'#C{QVOROOO}QQO'#CcO!xQQO'#CgO#pQQO'#ChO_QQO'#CnOOQO'#Cq'#CqO_QQO'#CoO_QQO'#CoO$aQQO,58yOOQO'#DR'#DROOOP,58y,58yOOOP-E6y-E6yOOQO'#C|'#C|O$hQQO,58}O%cQQO'#CjOOQO,59S,59SO%mQQO,59YOOQO,59Z,59ZO%tQQO,59ZOOQO'#Cv'#CvOOQO'#Cx'#CxO_QQO,59^O_QQO,59^O_QQO,59^O_QQO,59^O_QQO,59^OOOP1G.e1G.eOOQO-E6z-E6zO&iQQO'#C}O&sQQO,59UOOQO,59U,59UO&{QQO,59UOOQO1G.t1G.tOOQO1G.x1G.xO'tQQO1G.xO(OQQO1G.xO(wQQO1G.xO)RQQO1G.xO)]QQO,59iOOQO-E6{-E6{OOQO1G.p1G.pO)gQQO1G.pOOQO7+$[7+$[",
  stateData:
    ")r~OtOS~OPQOSPO~OT[OU[OWSO_VOdXOvTOwWO~On]O~P_OX_OY_OdVXgVXhVXiVXkVXmVXnVXxVXyVXaVX`VX~O_]XdZXgZXhZXiZXkZXmZXnZXxZXyZXaZX`ZX~O_aO~OdiOghOhiOijOkfOmgOxfOygO~OnmO~P#uOX_OY_OdVagVahVaiVakVamVanVaxVayVaaVa`Va~O`oOaqO~P_OasO~P#uOdiOghOhiOijOkcamcancaxcaycaaca`ca~O`qXaqX~P_O`oOa{O~O`oOa{O~P#uOghOifikfimfinfixfiyfiafi`fi~Odfihfi~P'VOdiOhiO~P'VOdiOghOhiOijOmfinfiyfiafi`fi~Okfixfi~P(YOkfOxfO~P(YO`qaaqa~P#uO`oOa}O~OWT~",
  goto: "$_vPPPwPPP{PPP{{!Y!gPPP{{P!j{PPP!wP#OPP#U#[#bPPP#lTQORg[PVXYahijklogUPVXYahijkloRbUgYPVXYahijkloZkZcrxyXlZcryQROR^RQ`SRn`QpaSzp|R|rQZPQcVQdXQeYQraQthQuiQvjQwkQxlRyo",
  nodeNames:
    "⚠ Text Template Interpolation Open Number String Reference ReferenceStart Property Index Variable Call FunctionName ArgumentList ParenOpen Separator ParenClose Group UnaryExpression Minus Not BinaryExpression TimesOperator Plus CompareOperator And AndSign Or OrSign Close",
  maxTerm: 41,
  skippedNodes: [0],
  repeatNodeCount: 3,
  tokenData:
    "/s~RqXY#YYZ#Y]^#Ypq#Yqr#nrs#ytu%guv&[vw&awx&nxy(Vyz([z{&[{|(a}!O(f!O!P(k!P!Q&[!Q![*j!]!^-z!^!_.P!_!`.[!`!a.[!c!}%g!}#O.d#R#S%g#T#o%g#o#p/O#p#q/Z#q#r/h$f$g#Y$g;'S%g;'S;=`&U<%lO%g~#_Tt~XY#YYZ#Y]^#Ypq#Y$f$g#Y~#qP!_!`#t~#yOi~~#|VOr#yrs$cs#O#y#O#P$h#P;'S#y;'S;=`%a<%lO#y~$hOU~~$kRO;'S#y;'S;=`$t;=`O#y~$wWOr#yrs$cs#O#y#O#P$h#P;'S#y;'S;=`%a;=`<%l#y<%lO#y~%dP;=`<%l#y~%lWv~tu%g!Q![%g!c!}%g#R#S%g#T#o%g$g;'S%g;'S;=`&U<%lO%g~&XP;=`<%l%g~&aOg~~&fPk~vw&i~&nOk~~&qVOw&nwx$cx#O&n#O#P'W#P;'S&n;'S;=`(P<%lO&n~'ZRO;'S&n;'S;=`'d;=`O&n~'gWOw&nwx$cx#O&n#O#P'W#P;'S&n;'S;=`(P;=`<%l&n<%lO&n~(SP;=`<%l&n~([O_~~(aOa~~(fOh~~(kOd~~(nWtu)W!c!})W#R#S)W#S#T){#T#o)W$g;'S)W;'S;=`)u<%lO)W~)]WX~tu)W!Q![)W!c!})W#R#S)W#T#o)W$g;'S)W;'S;=`)u<%lO)W~)xP;=`<%l)W~*OTO#S){#S#T*_#T;'S){;'S;=`*d<%lO){~*dOX~~*gP;=`<%l){~*oST~!O!P*{!Q![*j!g!h,v#X#Y,v~+OYtu+nz{,c!Q![,h!c!}+n#R#S+n#S#T-b#T#o+n$g;'S+n;'S;=`,]<%lO+n~+sWW~tu+n!Q![+n!c!}+n#R#S+n#T#o+n$g;'S+n;'S;=`,]<%lO+n~,`P;=`<%l+n~,hOW~~,mRT~!Q![,h!g!h,v#X#Y,v~,yR{|-S}!O-S!Q![-Y~-VP!Q![-Y~-_PT~!Q![-Y~-eTO#S-b#S#T,c#T;'S-b;'S;=`-t<%lO-b~-wP;=`<%l-b~.PO`~~.UQi~!_!`#t!`!a#t~.aPi~!_!`#t~.gR}!O.p!Q![.p#P#Q.y~.sQ!Q![.p#P#Q.y~/OOY~~/RP#o#p/U~/ZOS~~/`Pm~#p#q/c~/hOm~~/kP#q#r/n~/sOn~",
  tokenizers: [textTokenizer, 0],
  topRules: { Template: [0, 2] },
  specialized: [{ term: 38, get: (value: keyof typeof spec_identifier) => spec_identifier[value] || -1 }],
  tokenPrec: 399,
});
